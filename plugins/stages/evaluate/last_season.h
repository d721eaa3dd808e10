#pragma once

#include <cstdint>
#include <span>

#include <torch/types.h>

#include "pipeline/data/series.h"

namespace pipeline::stage::evaluate {

/// [B, H, T] the forecast that repeats the last season: each step has the last value known at its place in the season, in original units.
/// Where the rows before an origin, back to the last gap, are no whole season, it repeats the last value. `rows`: of the origins.
/// `seasons`: the rows of a season of each frequency group, or of all series.
[[nodiscard]] torch::Tensor last_season(const Series& series, std::span<const std::int64_t> rows, std::int64_t horizon,
                                        std::span<const std::int64_t> seasons);

}  // namespace pipeline::stage::evaluate
