#include <algorithm>
#include <array>
#include <iostream>

#include "cli/host.h"
#include "cli/plugin_templates.h"
#include "cli/shell_text.h"
#include "cli/verb.h"
#include "pipeline/data/files.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"
#include "run/stage_folder.h"

namespace pipeline {

namespace {

/// A kind that `new-plugin` can begin, with the values for its templates.
struct PluginKind {
  const char* name;
  bool torch, data;           ///< links LibTorch; its workflow reads data.csv
  const char* tiers;          ///< of the SDK, beyond the author's, that the plugin uses
  bool registered_as_folder;  ///< named after the folder (a stage), not after the class
};
constexpr std::array<PluginKind, 4> kinds{{{"stage", false, false, "data", true},
                                           {"model", true, true, "", false},
                                           {"callback", true, true, "", false},
                                           {"logger", false, true, "", false}}};

void add_options(po::options_description& options) {
  options.add_options()("dir", po::value<std::string>()->value_name("DIR"),
                        "where the plugin's folder is made; the current folder without it");
}

const PluginKind& kind_named(const std::string& name) {
  std::vector<std::string> names;
  for (const PluginKind& kind : kinds) {
    if (name == kind.name) return kind;
    names.emplace_back(kind.name);
  }
  throw usage_error(
      closed_sentence("new-plugin makes a stage, model, callback or logger, not a \"" + name + "\"" + did_you_mean(name, names)) +
      " Other kinds are shown in docs/plugin-guide.md");
}

/// "MyModel", "my_model" and "my-model" name the class MyModel and the folder my_model.
struct PluginNames {
  std::string type, folder;
};

PluginNames names_of(const std::string& given) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  PluginNames names;
  bool starts_word = true;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char c = given[i];
    if (c == '_' || c == '-') {
      starts_word = true;
      continue;
    }
    if (!is_letter(c) && !(is_digit(c) && !names.folder.empty())) {
      throw usage_error("\"" + given +
                        "\" cannot name a plugin: begin with a letter and use letters, digits and '_', as in MyModel or my_model");
    }
    const bool before_lower = i + 1 < given.size() && given[i + 1] >= 'a' && given[i + 1] <= 'z';
    const bool after_capital = i > 0 && is_upper(given[i - 1]);
    const bool word = starts_word || (is_upper(c) && (!after_capital || before_lower));
    if (word && !names.folder.empty()) names.folder += '_';
    const char lower = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    names.folder += lower;
    names.type += starts_word && is_letter(c) && !is_upper(c) ? static_cast<char>(c - 'a' + 'A') : c;
    starts_word = false;
  }
  if (names.folder.empty()) throw usage_error("\"" + given + "\" cannot name a plugin: it has no letter");
  if (names.type == "Options")
    throw usage_error("\"" + given + "\" cannot name a plugin: its class has a member of that name; try \"my_options\"");
  return names;
}

std::string component_of(const PluginKind& kind, const PluginNames& names) { return kind.registered_as_folder ? names.folder : names.type; }

/// A file of the same name would hide an installed library, a component of the same name would be refused.
void check_untaken(const Invocation& invocation, const PluginKind& kind, const PluginNames& names) {
  ConsoleLog log({"error", false});
  Host host;
  load_host(host, invocation, {}, log);
  const std::string component = component_of(kind, names), file = "lib" + names.folder + ".so";
  if (const ComponentInfo* info = host.registry.find(kind.name, component))
    throw usage_error("there is already a " + info->kind + " \"" + component + "\", of " + info->library + ": choose another name");
  for (const PluginLibrary& library : host.libraries) {
    if (library.path.filename() == file)
      throw usage_error(file + " would hide the library of that name, " + library.path.string() + ": choose another name");
  }
}

std::string filled(std::string_view text, const std::vector<std::pair<std::string, std::string>>& values) {
  std::string out(text);
  for (const auto& [name, value] : values) {
    for (std::size_t at = 0; (at = out.find(name, at)) != std::string::npos; at += value.size()) out.replace(at, name.size(), value);
  }
  return out;
}

/// The arguments after the sources in pipeline_add_plugin().
std::string plugin_words(const PluginKind& kind) {
  const std::string tiers = kind.tiers;
  return (kind.torch ? " TORCH" : "") + (tiers.empty() ? "" : " USES " + tiers);
}

void write_templates(const PluginKind& kind, const PluginNames& names, const std::filesystem::path& folder) {
  const std::vector<std::pair<std::string, std::string>> values{
      {"PluginName", names.type},
      {"plugin_name", names.folder},
      {"@kind@", kind.name},
      {"@component@", component_of(kind, names)},
      {" @words@", plugin_words(kind)},
      {"@libraries@", kind.torch ? "pipeline::torch" : "pipeline::core"},
      {"@torch_hint@", kind.torch ? "; add ;LIBTORCH where LibTorch is elsewhere" : ""},
      {"@data_hint@", kind.data ? ", on `data.csv`" : ""}};
  for (const PluginTemplate& file : plugin_templates()) {
    const std::size_t slash = file.path.find('/');
    const std::string_view owner = file.path.substr(0, slash), name = file.path.substr(slash + 1);
    if (owner != kind.name && (owner != "common" || (name == "data.csv" && !kind.data))) continue;
    write_text(folder / filled(name, values), filled(file.text, values));
  }
}

/// The prefix of the installed program and SDK; empty for a program in a build folder, beside which CMake would find no SDK.
std::filesystem::path sdk_prefix() {
  std::error_code error;
  const std::filesystem::path prefix = std::filesystem::read_symlink("/proc/self/exe", error).parent_path().parent_path();
  return std::filesystem::exists(prefix / "lib/cmake/pipeline/pipelineConfig.cmake", error) ? prefix : std::filesystem::path();
}

void print_next_steps(const PluginKind& kind, const PluginNames& names, const std::filesystem::path& folder) {
  const std::filesystem::path installed = sdk_prefix();
  const std::string prefix = installed.empty() ? "PREFIX" : shell_quoted(installed.string());
  std::cout << "The " << kind.name << " " << names.type << " begins in " << folder.string() << "\n";
  if (installed.empty())
    std::cout << "It is built against an installed pipeline, which this one is not: ./dev install PREFIX makes one, anywhere.\n";
  std::cout << "\n  cd " << shell_quoted(folder.string()) << "\n"
            << "  cmake -S . -B build -DCMAKE_PREFIX_PATH=" << prefix << "\n"
            << "  cmake --build build && ctest --test-dir build --output-on-failure\n"
            << "  " << (installed.empty() ? "PREFIX/bin/pipeline" : shell_quoted((installed / "bin/pipeline").string()))
            << " run workflow.toml --plugin-path build\n";
}

int new_plugin(const Invocation& invocation) {
  const PluginKind& kind = kind_named(invocation.text("input-argument"));
  const PluginNames names = names_of(invocation.text("second-argument"));
  const std::filesystem::path parent = invocation.arguments.count("dir") ? invocation.text("dir") : ".";
  if (!std::filesystem::is_directory(parent)) throw usage_error("--dir " + parent.string() + ": no such folder");
  const std::filesystem::path folder = (std::filesystem::absolute(parent) / names.folder).lexically_normal();
  if (std::filesystem::exists(folder))
    throw usage_error(folder.string() + " is there already: choose another name, or --dir another folder");
  check_untaken(invocation, kind, names);
  make_folder(folder);
  write_templates(kind, names, folder);
  print_next_steps(kind, names, folder);
  return 0;
}

}  // namespace

Verb new_plugin_verb() {
  return {"new-plugin", "KIND NAME", "begins a plugin that builds, tests and runs as it stands", &add_options, &new_plugin};
}

}  // namespace pipeline
