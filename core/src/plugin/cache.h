#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "plugin/library.h"

namespace pipeline {

/// The results of the libraries' last scans, in one JSON file. A file that is damaged, of another host or missing counts as empty; one that
/// cannot be written is left alone.
class PluginCache {
 public:
  /// Reads the file; an empty path keeps nothing.
  explicit PluginCache(std::filesystem::path file);

  /// The result of a library whose file has not changed since; else nothing.
  [[nodiscard]] std::optional<PluginLibrary> find(const std::filesystem::path& library) const;
  void remember(const PluginLibrary& library);
  /// Writes the file if anything changed; libraries whose file is gone are dropped.
  void save() const;

 private:
  std::filesystem::path file_;
  std::map<std::string, PluginLibrary> libraries_;  ///< by path
  bool changed_ = false;
};

/// $XDG_CACHE_HOME/pipeline/plugins.json, or ~/.cache/pipeline/plugins.json; empty where neither folder is known.
[[nodiscard]] std::filesystem::path default_cache_file();

}  // namespace pipeline
