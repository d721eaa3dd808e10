#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plugin/component_checks.h"
#include "plugin/library.h"
#include "plugin/loader.h"

namespace pipeline {

/// The hidden verb that makes the program the process that runs the checks.
inline constexpr const char* test_word = "test-components";

/// Checks every component of a library in child processes, so that one that crashes is a failed check of that component.
[[nodiscard]] std::vector<ComponentReport> test_components(const PluginSearch& search, const PluginLibrary& library);

/// The child's side. `words`: the number of plugin folders, the folders, then kind and name of each component. Returns the exit status.
[[nodiscard]] int test_components_as_child(const std::vector<std::string>& words);

}  // namespace pipeline
