#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/registry.h"

namespace pipeline {

/// A library that was found and, unless `reason` says why not, loaded.
struct PluginLibrary {
  std::filesystem::path path;
  std::string name, version, license, description, torch_version;
  std::string build;   ///< SHA-256 of the file
  std::string reason;  ///< empty: loaded; else what is wrong and how to mend it
};

/// The folders searched for plugins, first to last: those given (--plugin-path, then the workflow's), PIPELINE_PLUGIN_PATH, and
/// lib/pipeline/plugins and plugins beside the executable. Never the current folder.
[[nodiscard]] PIPELINE_EXPORT std::vector<std::filesystem::path> plugin_folders(const std::vector<std::filesystem::path>& given);

/// Loads every `*.so` of the folders into the registry, each folder in order of names. A library that fails registers nothing, is listed
/// with its reason and never stops the others. A library found twice under the same file name is taken from the first folder.
[[nodiscard]] PIPELINE_EXPORT std::vector<PluginLibrary> load_plugins(const std::vector<std::filesystem::path>& folders,
                                                                      Registry& registry);

/// Loads one library; never unloads it: its code, types and statics live as long as the process.
[[nodiscard]] PIPELINE_EXPORT PluginLibrary load_plugin(const std::filesystem::path& file, Registry& registry);

}  // namespace pipeline
