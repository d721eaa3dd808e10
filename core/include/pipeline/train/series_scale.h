#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/export.h"
#include "pipeline/train/metric.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// [series, targets] the scales by which errors on a split are divided, in original units: of the rows of each series that come before the
/// split, for the training split of its own rows. `seasons`: the rows of a season of each frequency group, or of all series, at least 1
/// (season_lengths()). Pairs across a gap or with a filled value do not count.
[[nodiscard]] PIPELINE_EXPORT std::vector<SeriesScale> scales_before(Split split, const Series& series,
                                                                     std::span<const std::int64_t> seasons);
/// The same of the rows of each series before `end_of(series)`, a row among all.
[[nodiscard]] PIPELINE_EXPORT std::vector<SeriesScale> scales_until(const std::function<std::int64_t(std::int64_t series)>& end_of,
                                                                    const Series& series, std::span<const std::int64_t> seasons);
/// [targets] those of one series of more data, of its rows before the row `end` of all. `series`: its number in the input.
[[nodiscard]] PIPELINE_EXPORT std::vector<SeriesScale> scales_before(std::int64_t end, const PreparedInput& input, const SeriesInfo& info,
                                                                     std::int64_t series, std::span<const std::int64_t> seasons);
/// The number of targets of series that have no scale: there was nothing to compare, or nothing changed.
[[nodiscard]] PIPELINE_EXPORT std::int64_t count_without_scale(std::span<const SeriesScale> scales);

}  // namespace pipeline
