#pragma once

#include <deque>
#include <filesystem>

#include "plugin/library.h"

namespace pipeline {

/// A library after its registration ran.
struct OpenedPlugin {
  PluginLibrary library;
  std::deque<Registry::Entry> entries;  ///< empty where it is refused
};

/// Reads the facts of a library's file and, where they fit this host, loads it, lets it register and checks the schemas. It is never
/// unloaded: its code, types and statics live as long as the process. The result holds the refusal.
[[nodiscard]] PIPELINE_EXPORT OpenedPlugin open_plugin(const std::filesystem::path& file);

}  // namespace pipeline
