#pragma once

#include <filesystem>
#include <vector>

#include "cli/verb.h"
#include "config/workflow.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"
#include "plugin/loader.h"

namespace pipeline {

/// The components of all plugins that were found.
struct Host {
  Registry registry;
  std::vector<PluginLibrary> libraries;
};

/// Finds the plugins of --plugin-path, then `more`, then the usual folders. Broken libraries are named as warnings.
void load_host(Host& host, const Invocation& invocation, const std::vector<std::filesystem::path>& more, Log& log);

/// Reads and checks a workflow and finds its plugins into `host`. `processes` share the machine's processors, which `threads = "auto"`
/// divides among them. With `compute` its device must be on this machine. Error (usage) with every mistake; Error (plugin) if a library
/// that cannot be used may be the reason.
[[nodiscard]] Workflow load_workflow(Host& host, const Invocation& invocation, const std::filesystem::path& file, Log& log,
                                     int processes = 1, WorkflowUse use = WorkflowUse::read);
/// The same for the workflow in the verb's arguments.
[[nodiscard]] Workflow load_workflow(Host& host, const Invocation& invocation, Log& log, int processes = 1,
                                     WorkflowUse use = WorkflowUse::read);

}  // namespace pipeline
