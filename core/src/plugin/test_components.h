#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plugin/component_checks.h"
#include "plugin/library.h"
#include "plugin/loader.h"

namespace pipeline {

/// The hidden verb that makes the program the process that runs the checks.
inline constexpr const char* test_word = "test-components";

/// Options to test components with, as maps, by (kind, name).
using TestOptions = std::map<std::pair<std::string, std::string>, Value>;

/// Checks every component of a library in child processes, so that one that crashes is a failed check of that component.
[[nodiscard]] std::vector<ComponentReport> test_components(const PluginSearch& search, const PluginLibrary& library,
                                                           const TestOptions& options);

/// The child's side. `words`: the number of plugin folders, the folders, then kind, name and options (JSON) of each component. Returns the
/// exit status.
[[nodiscard]] int test_components_as_child(const std::vector<std::string>& words);

}  // namespace pipeline
