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

/// Reads and checks a workflow, its plugins found into `host`; Error (usage) holding every mistake, Error (plugin) where a library that
/// cannot be used may be the reason.
[[nodiscard]] Workflow load_workflow(Host& host, const Invocation& invocation, const std::filesystem::path& file, Log& log);
/// The same with the workflow that the verb was given.
[[nodiscard]] Workflow load_workflow(Host& host, const Invocation& invocation, Log& log);

}  // namespace pipeline
