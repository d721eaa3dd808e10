#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/train/metric.h"

namespace pipeline::stage::evaluate {

/// The scales of the targets, from their training rows in original units. `season` in rows, at least 1. Pairs across a gap or with a filled
/// value do not count.
[[nodiscard]] std::vector<SeriesScale> training_scales(const Series& series, std::int64_t season);

}  // namespace pipeline::stage::evaluate
