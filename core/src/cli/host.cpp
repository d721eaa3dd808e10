#include "cli/host.h"

#include <algorithm>

#include "pipeline/errors.h"
#include "run/machine.h"

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

/// All mistakes as one Error. If a component is unknown and a library cannot be used, the library is the likely reason.
Error workflow_error(const std::vector<Mistake>& mistakes, const Host& host) {
  std::vector<std::string> messages;
  for (const Mistake& mistake : mistakes) messages.push_back(to_string(mistake));
  const std::vector<std::string> broken = refusals(host);
  const bool lacks_plugin = !broken.empty() && std::ranges::any_of(mistakes, &Mistake::unknown_component);
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

Workflow load_workflow(Host& host, const Invocation& invocation, Log& log, int processes) {
  return load_workflow(host, invocation, invocation.text("input-argument"), log, processes);
}

Workflow load_workflow(Host& host, const Invocation& invocation, const std::filesystem::path& file, Log& log, int processes) {
  WorkflowRequest request{file, invocation.texts("set")};
  const Document document = read_workflow(request);
  load_host(host, invocation, document.plugin_paths(), log);
  CheckedWorkflow checked = check_workflow(document, host.registry);
  if (!checked.mistakes.empty()) throw workflow_error(checked.mistakes, host);
  Workflow& workflow = checked.workflow;
  if (workflow.settings.threads == 0) workflow.settings.threads = std::max(1, available_threads() / processes);
  workflow.settings.command_line = without(invocation.command_line, workflow.secrets);
  workflow.settings.workflow_text = to_toml_text(workflow);
  return std::move(workflow);
}

}  // namespace pipeline
