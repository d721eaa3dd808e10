#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/registry.h"
#include "plugin/refusal.h"

namespace pipeline {

/// Size and times of a file: while all are the same, so is its content.
struct FileStamp {
  std::int64_t size = 0;
  std::int64_t modified = 0, changed = 0;  ///< mtime and ctime, nanoseconds

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
/// All zero for a file that is not there.
[[nodiscard]] FileStamp stamp_of(const std::filesystem::path& file);

/// A library that was found, loaded or not, and the facts about it.
struct PluginLibrary {
  std::filesystem::path path;
  FileStamp stamp;
  std::string name, version, license, description, torch_version;
  std::string build;                      ///< SHA-256 of the file
  std::vector<ComponentInfo> components;  ///< empty where it is refused
  RefusalCode code = RefusalCode::none;
  std::string reason;  ///< empty: usable; else what is wrong and how to mend it
};

}  // namespace pipeline
