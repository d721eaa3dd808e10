#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/file_stamp.h"
#include "pipeline/registry.h"
#include "plugin/refusal.h"

namespace pipeline {

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
