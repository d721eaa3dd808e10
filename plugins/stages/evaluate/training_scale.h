#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/train/metric.h"

namespace pipeline::stage::evaluate {

/// Of each target, within its training rows and in its original units. `season` in rows, at least 1; pairs across a gap, or with a filled
/// value, don't count.
[[nodiscard]] std::vector<SeriesScale> training_scales(const Series& series, std::int64_t season);

}  // namespace pipeline::stage::evaluate
