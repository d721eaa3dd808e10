#include <algorithm>
#include <iostream>
#include <optional>

#include "cli/host.h"
#include "cli/table.h"
#include "config/overrides.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"
#include "plugin/test_components.h"

namespace pipeline {

namespace {

void add_options(po::options_description& options) {
  options.add_options()("set", po::value<std::vector<std::string>>()->value_name("NAME.OPTION=VALUE")->composing(),
                        "test a component with this value of an option; repeatable");
}

/// The component that the first part of a key names, as "LSTMModel" or "model/LSTMModel".
const ComponentInfo& component_of(const PluginLibrary& library, const Override& set) {
  std::vector<std::string> names;
  for (const ComponentInfo& info : library.components) {
    if (set.path.front() == info.name || set.path.front() == info.kind + "/" + info.name) return info;
    names.push_back(info.name);
  }
  throw usage_error(to_string(set.place) + ": the library gives no component \"" + set.path.front() + "\"" +
                    suggest(set.path.front(), names));
}

/// The options of --set, checked against the components' schemas.
TestOptions given_options(const Invocation& invocation, const PluginLibrary& library) {
  TestOptions options;
  std::vector<Mistake> mistakes;
  for (const std::string& text : invocation.texts("set")) {
    const std::optional<Override> set = parse_override(text, mistakes);
    if (!set) throw usage_error(to_string(mistakes.front().place) + ": write --set NAME.OPTION=VALUE, as in --set StepLR.step_size=2");
    if (set->path.size() != 2)
      throw usage_error(to_string(set->place) + ": name a component and one option, as in --set StepLR.step_size=2");
    const ComponentInfo& component = component_of(library, *set);
    const Value value = set->value.to_value();
    for (const OptionMistake& mistake : check_options(component.schema, Value::Map{{set->path[1], value}})) {
      if (mistake.option == set->path[1]) throw usage_error(to_string(set->place) + ": " + mistake.message);
    }
    options.try_emplace({component.kind, component.name}, Value::Map{}).first->second[set->path[1]] = value;
  }
  return options;
}

const PluginLibrary& library_at(const Host& host, const std::filesystem::path& file) {
  const auto found = std::ranges::find(host.libraries, file, &PluginLibrary::path);
  if (file.extension() != ".so") throw usage_error(file.string() + " is no shared library: name the plugin's .so file");
  if (found == host.libraries.end()) {
    throw plugin_error(file.string() +
                       " is hidden by another library of that file name, which is found before it: rename it or remove that one");
  }
  if (found->code != RefusalCode::none)
    throw plugin_error("plugin " + file.string() + ": " + code_name(found->code) + ": " + found->reason);
  if (found->components.empty()) throw plugin_error("plugin " + file.string() + " gives no component: register one in PIPELINE_PLUGIN");
  return *found;
}

void print_table(const std::vector<ComponentReport>& reports) {
  TextTable table({"component", "check", "", "what is wrong"});
  for (const ComponentReport& report : reports) {
    for (const Check& check : report.checks)
      table.add({report.kind + " " + report.name, check.name, check.failure.empty() ? "ok" : "FAILED", check.failure});
  }
  table.print();
}

void print_json(const std::vector<ComponentReport>& reports) {
  Value::List all;
  for (const ComponentReport& report : reports) {
    Value::List checks;
    for (const Check& check : report.checks)
      checks.push_back(Value::Map{{"name", check.name}, {"passed", check.failure.empty()}, {"failure", check.failure}});
    all.push_back(Value::Map{{"kind", report.kind}, {"name", report.name}, {"checks", checks}});
  }
  std::cout << to_json(all, 2) << "\n";
}

int test_plugin(const Invocation& invocation) {
  const std::filesystem::path given = invocation.text("input-argument");
  if (!std::filesystem::is_regular_file(given))
    throw usage_error(given.string() + ": no such file; usage: pipeline test-plugin LIBRARY.so");
  const std::filesystem::path file = std::filesystem::absolute(given).lexically_normal();
  ConsoleLog log({"error", false});
  std::vector<std::filesystem::path> folders{file.parent_path()};
  folders.insert(folders.end(), invocation.plugin_paths.begin(), invocation.plugin_paths.end());
  const PluginSearch search = usual_search(folders);
  Host host;
  host.libraries = find_plugins(search, host.registry);
  const PluginLibrary& library = library_at(host, file);
  const std::vector<ComponentReport> reports = test_components(search, library, given_options(invocation, library));
  if (invocation.json) {
    print_json(reports);
  } else {
    print_table(reports);
  }
  const auto failed = [](const ComponentReport& report) {
    return std::ranges::any_of(report.checks, [](const Check& check) { return !check.failure.empty(); });
  };
  return static_cast<int>(std::ranges::any_of(reports, failed) ? ExitStatus::plugin : ExitStatus::done);
}

}  // namespace

Verb test_plugin_verb() {
  return {"test-plugin", "LIBRARY.so", "checks that a plugin's components do what their kinds must do", &add_options, &test_plugin};
}

}  // namespace pipeline
