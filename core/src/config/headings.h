#pragma once

#include <vector>

#include "config/check.h"
#include "config/graph.h"

namespace pipeline {

/// Reports the targets that have the heading of a quantile or an interval of another target in predictions.csv, as far as the workflow's
/// tables tell which of them it writes.
void check_headings(CheckContext& context, const std::vector<GraphStage>& stages);

}  // namespace pipeline
