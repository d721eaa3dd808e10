#pragma once

#include <array>
#include <span>

#include "pipeline/train/metric_set.h"

namespace pipeline::stage::evaluate {

/// The levels of intervals that metrics are of by default: that of coverage_80, width_80 and winkler_80, and that of msis.
inline constexpr std::array<double, 2> usual_levels{80, 95};

/// All metrics, and those of intervals for further levels, in percent, in the order of a table's columns.
[[nodiscard]] Metrics metrics_of_levels(const Registry& registry, std::span<const double> levels);

}  // namespace pipeline::stage::evaluate
