#pragma once

#include "pipeline/export.h"
#include "pipeline/search/search.h"
#include "pipeline/search/tier.h"

/// Texts and tables of studies for people.
namespace pipeline {

/// A trial's parameters by name, in external form.
[[nodiscard]] PIPELINE_EXPORT Value::Map parameters_of(const Trial& trial);

}  // namespace pipeline
