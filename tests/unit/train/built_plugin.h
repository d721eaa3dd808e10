#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "plugin/loader.h"

namespace pipeline::test {

/// Loads a shipped plugin, as users get it.
inline void load_built_plugin(Registry& registry, const std::string& name) {
  const PluginLibrary library = load_plugin(std::filesystem::path(BUILD_DIR) / "lib/pipeline/plugins" / ("lib" + name + ".so"), registry);
  REQUIRE_MESSAGE(library.reason.empty(), library.reason);
}

}  // namespace pipeline::test
