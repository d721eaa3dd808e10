#include "cli/host.h"

#include <algorithm>

#include "base/edit_distance.h"
#include "cli/shell_text.h"
#include "pipeline/errors.h"
#include "run/machine.h"
#include "run/manifest.h"
#include "run/plan.h"

namespace pipeline {

namespace {

void replace_all(std::string& text, const std::string& old, const std::string& by) {
  for (std::size_t at = 0; !old.empty() && (at = text.find(old, at)) != std::string::npos; at += by.size())
    text.replace(at, old.size(), by);
}

/// The command line with the values of secret options replaced, as they are and as TOML and the shell quote them.
std::string without(std::string text, const std::set<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    const std::string toml = to_toml(Value(secret));
    for (std::string written : {secret, toml.substr(1, toml.size() - 2)}) {
      replace_all(text, written, "***");
      replace_all(written, "'", "'\\''");
      replace_all(text, written, "***");
    }
  }
  return text;
}

/// "plugin <path>: <code>: <what is wrong and how to mend it>", for each library that cannot be used.
std::vector<std::string> refusals(const Host& host) {
  std::vector<std::string> sentences;
  for (const PluginLibrary& library : host.libraries) {
    if (library.code != RefusalCode::none)
      sentences.push_back("plugin " + library.path.string() + ": " + code_name(library.code) + ": " + library.reason);
  }
  return sentences;
}

/// The library that gave a component when a stage of the workflow last ran; empty if none did, or if it is gone.
std::filesystem::path library_of_last_run(const std::string& component, const std::filesystem::path& run_folder) {
  std::error_code none;
  for (std::filesystem::directory_iterator stage(run_folder, none), end; !none && stage != end; stage.increment(none)) {
    const std::optional<Manifest> last = Manifest::read(stage->path());
    const Value* builds = last ? last->content().find("builds") : nullptr;
    const Value* build = builds && builds->is_map() ? builds->find(component) : nullptr;
    const Value* library = build && build->is_map() ? build->find("library") : nullptr;
    if (library && library->is_string() && std::filesystem::exists(library->as_string())) return library->as_string();
  }
  return {};
}

/// A sentence for each unknown component on the plugin that may give it. A word that is a letter or two from a known name is a slip of the
/// hand; "MyModel" is not, though it is near "LSTMModel".
std::set<std::string> plugin_path_hints(const CheckedWorkflow& checked, const Registry& registry) {
  constexpr std::size_t slip = 2;
  std::set<std::string> hints;
  for (const Mistake& mistake : checked.mistakes) {
    const std::string& component = mistake.unknown_component;
    if (component.empty()) continue;
    const auto mistyped = [&](const ComponentInfo* info) { return edit_distance(component, info->name) <= slip; };
    if (const auto library = library_of_last_run(component, run_folder_of(checked.workflow)); !library.empty()) {
      hints.insert("\"" + component + "\" came from " + library.string() + " in the last run: give --plugin-path " +
                   shell_quoted(library.parent_path().string()));
    } else if (std::ranges::none_of(registry.list(), mistyped)) {
      hints.insert("if a plugin of yours gives \"" + component + "\", name its folder with --plugin-path DIR or [plugins] path");
    }
  }
  return hints;
}

/// All mistakes as one Error. If a component is unknown and a library cannot be used, the library is the likely reason.
Error workflow_error(const CheckedWorkflow& checked, const Host& host) {
  std::vector<std::string> messages;
  for (const Mistake& mistake : checked.mistakes) messages.push_back(to_string(mistake));
  const std::vector<std::string> broken = refusals(host);
  const auto unknown = [](const Mistake& mistake) { return !mistake.unknown_component.empty(); };
  const bool lacks_plugin = !broken.empty() && std::ranges::any_of(checked.mistakes, unknown);
  for (const std::string& hint : plugin_path_hints(checked, host.registry)) messages.push_back(hint);
  if (lacks_plugin) messages.insert(messages.end(), broken.begin(), broken.end());
  return {lacks_plugin ? ExitStatus::plugin : ExitStatus::usage, std::move(messages)};
}

}  // namespace

void load_host(Host& host, const Invocation& invocation, const std::vector<std::filesystem::path>& more, Log& log) {
  std::vector<std::filesystem::path> given = invocation.plugin_paths;
  for (const std::filesystem::path& folder : more) {
    if (!std::filesystem::is_directory(folder))
      throw usage_error("the plugin folder " + folder.string() + " does not exist: make it, or mend the path");
    given.push_back(folder);
  }
  host.libraries = find_plugins(usual_search(given), host.registry);
  for (const std::string& refusal : refusals(host)) log.warning(refusal);
}

Workflow load_workflow(Host& host, const Invocation& invocation, Log& log, int processes, WorkflowUse use) {
  return load_workflow(host, invocation, invocation.text("input-argument"), log, processes, use);
}

Workflow load_workflow(Host& host, const Invocation& invocation, const std::filesystem::path& file, Log& log, int processes,
                       WorkflowUse use) {
  WorkflowRequest request{file, invocation.texts("set")};
  const Document document = read_workflow(request);
  load_host(host, invocation, document.plugin_paths(), log);
  CheckedWorkflow checked = check_workflow(document, host.registry, use);
  if (!checked.mistakes.empty()) throw workflow_error(checked, host);
  Workflow& workflow = checked.workflow;
  if (workflow.settings.threads == 0) workflow.settings.threads = std::max(1, available_threads() / processes);
  workflow.settings.command_line = without(invocation.command_line, workflow.secrets);
  workflow.settings.workflow_text = to_toml_text(workflow);
  return std::move(workflow);
}

}  // namespace pipeline
