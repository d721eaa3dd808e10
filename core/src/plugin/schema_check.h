#pragma once

#include <string>

#include "pipeline/registry.h"

namespace pipeline {

/// What contradicts itself in a component's schema: a name that stands twice, a default outside its range or choices, a rule about an
/// option that is not there. Empty when all is well.
[[nodiscard]] std::string schema_mistake(const ComponentInfo& component);

}  // namespace pipeline
