#include "cli/host.h"

#include "run/machine.h"

namespace pipeline {

namespace {

/// The command line with the values of secret options blotted out.
std::string without(std::string text, const std::set<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (std::size_t at = 0; !secret.empty() && (at = text.find(secret, at)) != std::string::npos; at += 3)
      text.replace(at, secret.size(), "***");
  }
  return text;
}

}  // namespace

void load_host(Host& host, const Invocation& invocation, const std::vector<std::filesystem::path>& more, Log& log) {
  std::vector<std::filesystem::path> given = invocation.plugin_paths;
  given.insert(given.end(), more.begin(), more.end());
  host.libraries = load_plugins(plugin_folders(given), host.registry);
  for (const PluginLibrary& library : host.libraries) {
    if (!library.reason.empty()) log.warning("plugin " + library.path.string() + ": " + library.reason);
  }
}

Workflow load_workflow(Host& host, const Invocation& invocation, Log& log) {
  WorkflowRequest request{invocation.text("input-argument"), invocation.texts("set")};
  const Document document = read_workflow(request);
  load_host(host, invocation, document.plugin_paths(), log);
  CheckedWorkflow checked = check_workflow(document, host.registry);
  if (!checked.mistakes.empty()) {
    std::vector<std::string> messages;
    for (const Mistake& mistake : checked.mistakes) messages.push_back(to_string(mistake));
    throw Error(ExitStatus::usage, std::move(messages));
  }
  Workflow& workflow = checked.workflow;
  if (workflow.settings.threads == 0) workflow.settings.threads = available_threads();
  workflow.settings.command_line = without(invocation.command_line, workflow.secrets);
  workflow.settings.workflow_text = to_toml_text(workflow);
  return std::move(workflow);
}

}  // namespace pipeline
