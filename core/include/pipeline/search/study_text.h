#pragma once

#include <string>

#include "pipeline/export.h"
#include "pipeline/search/search.h"
#include "pipeline/search/tier.h"

/// How studies are written for people and for tables.
namespace pipeline {

/// A trial's parameters by name, as the objective got them.
[[nodiscard]] PIPELINE_EXPORT Value::Map parameters_of(const Trial& trial);
/// A field of a CSV file, in quotes where it needs them.
[[nodiscard]] PIPELINE_EXPORT std::string csv_field(std::string text);
/// A parameter's value as such a field; null is an empty one.
[[nodiscard]] PIPELINE_EXPORT std::string csv_value(const Value& value);

}  // namespace pipeline
