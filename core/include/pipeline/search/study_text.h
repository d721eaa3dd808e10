#pragma once

#include "pipeline/export.h"
#include "pipeline/search/search.h"
#include "pipeline/search/tier.h"

/// How studies are written for people and for tables.
namespace pipeline {

/// A trial's parameters by name, as the objective got them.
[[nodiscard]] PIPELINE_EXPORT Value::Map parameters_of(const Trial& trial);

}  // namespace pipeline
