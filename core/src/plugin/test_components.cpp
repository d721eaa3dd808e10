#include "plugin/test_components.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <span>

#include "base/child_process.h"
#include "pipeline/testing/temp_folder.h"

namespace pipeline {

namespace {

Value to_record(const ComponentReport& report) {
  Value::List checks;
  for (const Check& check : report.checks) checks.push_back(Value::Map{{"name", check.name}, {"failure", check.failure}});
  return Value::Map{{"kind", report.kind}, {"name", report.name}, {"checks", checks}};
}

ComponentReport report_of(const Value& record) {
  ComponentReport report{record.at("kind").as_string(), record.at("name").as_string(), {}};
  for (const Value& check : record.at("checks").as_list())
    report.checks.push_back({check.at("name").as_string(), check.at("failure").as_string()});
  return report;
}

/// Checks components from the front until all are done or one of them ends the child.
std::vector<ComponentReport> test_some(const PluginSearch& search, std::span<const ComponentInfo> components, const TestOptions& options) {
  std::vector<std::string> words{test_word, std::to_string(search.folders.size())};
  for (const std::filesystem::path& folder : search.folders) words.push_back(folder.string());
  for (const ComponentInfo& component : components) {
    const auto given = options.find({component.kind, component.name});
    words.insert(words.end(), {component.kind, component.name, given == options.end() ? "{}" : to_json(given->second)});
  }
  ChildProcess child(search.program, std::move(words));
  std::vector<ComponentReport> done;
  std::string line;
  while (done.size() < components.size()) {
    const ComponentInfo& current = components[done.size()];
    const ChildProcess::Read read = child.next(line, search.patience);
    if (read == ChildProcess::Read::line) {
      done.push_back(report_of(from_json(line, "the answer of " + search.program.string())));
      continue;
    }
    const bool ended = read == ChildProcess::Read::closed;
    done.push_back({current.kind,
                    current.name,
                    {{"survives", ended ? "it ends the process that tests it (" + child.end_in_words() + ")"
                                        : "its checks do not end within " + std::to_string(search.patience.count()) + " s"}}});
    return done;
  }
  return done;
}

}  // namespace

std::vector<ComponentReport> test_components(const PluginSearch& search, const PluginLibrary& library, const TestOptions& options) {
  std::vector<ComponentReport> all;
  const std::span<const ComponentInfo> components(library.components);
  while (all.size() < components.size()) {
    for (ComponentReport& report : test_some(search, components.subspan(all.size()), options)) all.push_back(std::move(report));
  }
  return all;
}

int test_components_as_child(const std::vector<std::string>& words) {
  // Tensors are tiny, and threads on busy processors wait for each other. LibTorch reads it when it is loaded.
  ::setenv("OMP_NUM_THREADS", "1", 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a component that hangs must not outlive a host that was interrupted
  const std::size_t folders = words.empty() ? words.size() : std::stoul(words[0]);
  if (words.size() < folders + 1) return 1;
  PluginSearch search = usual_search({});
  search.folders.assign(words.begin() + 1, words.begin() + 1 + static_cast<std::ptrdiff_t>(folders));
  Registry registry;
  static_cast<void>(find_plugins(search, registry));
  for (std::size_t i = folders + 1; i + 2 < words.size(); i += 3) {
    const ComponentInfo* component = registry.find(words[i], words[i + 1]);
    if (!component) return 1;
    const Value given = from_json(words[i + 2], "the options to test with");
    const testing::TempFolder folder;
    if (!answer_parent(to_record(check_component(registry, *component, given, folder.path())))) return 1;
  }
  ::_exit(0);
}

}  // namespace pipeline
