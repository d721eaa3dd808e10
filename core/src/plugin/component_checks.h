#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/host/component_test.h"

namespace pipeline {

/// The results of `test-plugin` for one component.
struct ComponentReport {
  std::string kind, name;
  std::vector<Check> checks;
};

/// Runs the checks that hold for every component, then those of its kind if there is a ComponentTest for it. `given`: options to test it
/// with, a map; required ones that it lacks get some value within their range. `folder` is for files.
[[nodiscard]] ComponentReport check_component(const Registry& registry, const ComponentInfo& component, const Value& given,
                                              const std::filesystem::path& folder);

}  // namespace pipeline
