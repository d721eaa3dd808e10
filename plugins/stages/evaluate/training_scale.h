#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/train/metric.h"

namespace pipeline::stage::evaluate {

/// [series, targets] the scales by which errors on a split are divided, in original units: of the rows of each series that come before the
/// split, for the training split of its own rows. `seasons`: the rows of a season of each frequency group, or of all series, at least 1.
/// Pairs across a gap or with a filled value do not count.
[[nodiscard]] std::vector<SeriesScale> scales_before(Split split, const Series& series, std::span<const std::int64_t> seasons);
/// The same of the rows of each series before `end(series)`, a row among all.
[[nodiscard]] std::vector<SeriesScale> scales_until(const std::function<std::int64_t(std::int64_t series)>& end, const Series& series,
                                                    std::span<const std::int64_t> seasons);
/// The number of targets of series that have no scale: there was nothing to compare, or nothing changed.
[[nodiscard]] std::int64_t count_without_scale(const std::vector<SeriesScale>& scales);

}  // namespace pipeline::stage::evaluate
