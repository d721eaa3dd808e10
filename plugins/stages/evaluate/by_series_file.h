#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/data/windows.h"
#include "split_result.h"

namespace pipeline::stage::evaluate {

/// Writes the errors of each series that has a window in the split, in original units: a line for each series and target, with the id, the
/// target, the number of windows, the metrics by their names, and the naive forecast's, whose names begin with naive_. A cell is empty
/// where a metric is undefined. Error (unexpected) when the disk is full.
void write_by_series(const std::filesystem::path& file, const Windows& windows, const std::vector<std::string>& targets,
                     const SplitResult& result);

}  // namespace pipeline::stage::evaluate
