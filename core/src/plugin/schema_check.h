#pragma once

#include <string>

#include "pipeline/registry.h"

namespace pipeline {

/// The contradiction in a component's schema: a name that stands twice, a default outside its range or choices, a rule about a missing
/// option. Empty if there is none.
[[nodiscard]] std::string schema_mistake(const ComponentInfo& component);

}  // namespace pipeline
