#pragma once

#include "pipeline/value.h"
#include "results.h"

namespace pipeline::stage::visualize {

/// Adds the report's section on data: split_rows, data_facts, has_splits, has_rows, has_ranges.
void add_data_view(const Results& results, Value& view);

}  // namespace pipeline::stage::visualize
