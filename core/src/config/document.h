#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/node.h"

namespace pipeline {

struct Document::Impl {
  std::filesystem::path current;  ///< the current folder at the time of reading: paths in --set are relative to it
  std::filesystem::path file;     ///< absolute
  std::string display;            ///< the file's path as the user wrote it
  Node root;                      ///< the table of the whole workflow
  std::vector<std::filesystem::path> plugin_paths, files;
  std::vector<Mistake> mistakes;

  /// A path as written at `place`, absolute: relative to the file it stands in, or to the current folder for --set.
  [[nodiscard]] std::filesystem::path resolve(const std::string& path, const Place& place) const;
};

/// The keys that a workflow may have at its top.
[[nodiscard]] const std::vector<std::string>& top_level_keys();

}  // namespace pipeline
