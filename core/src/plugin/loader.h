#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "plugin/library.h"

namespace pipeline {

/// The folders searched for plugins, first to last: those given (--plugin-path, then the workflow's), PIPELINE_PLUGIN_PATH, and
/// lib/pipeline/plugins and plugins beside the executable. Never the current folder.
[[nodiscard]] PIPELINE_EXPORT std::vector<std::filesystem::path> plugin_folders(const std::vector<std::filesystem::path>& given);

struct PluginSearch {
  std::vector<std::filesystem::path> folders;
  std::filesystem::path program;     ///< the `pipeline` executable, started to scan libraries that the cache does not know
  std::filesystem::path cache_file;  ///< empty: nothing is kept
  std::chrono::seconds patience{60};
};
/// This program, the usual folders and the user's cache.
[[nodiscard]] PluginSearch usual_search(const std::vector<std::filesystem::path>& given);

/// Finds every `*.so` of the folders, each folder in order of names, and makes its components known to the registry, which loads a library
/// when one of them is first made. A refused library registers nothing, is listed with its reason and does not affect the others. A
/// library found twice under the same file name is taken from the first folder.
[[nodiscard]] std::vector<PluginLibrary> find_plugins(const PluginSearch& search, Registry& registry);

/// Loads every library of the folders in this process, at once.
[[nodiscard]] PIPELINE_EXPORT std::vector<PluginLibrary> load_plugins(const std::vector<std::filesystem::path>& folders,
                                                                      Registry& registry);
/// Loads one.
[[nodiscard]] PIPELINE_EXPORT PluginLibrary load_plugin(const std::filesystem::path& file, Registry& registry);

}  // namespace pipeline
