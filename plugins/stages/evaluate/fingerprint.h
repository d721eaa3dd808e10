#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/data/origins.h"
#include "pipeline/data/windows.h"

namespace pipeline::stage::evaluate {

/// What the metrics that rank runs depend on beside windows and forecasts.
struct MeasuredBy {
  std::vector<std::int64_t> seasons{1};  ///< the rows of a season of each frequency group: mase's scale
  std::vector<double> quantiles{};       ///< the levels that wql is of
};

/// Tells apart what models are measured on: the same for two runs if and only if their windows of these splits have the same series,
/// origins, horizons, target names and targets in original units, and the same seasons, scales of mase and quantiles measure them (but for
/// an accident of one in 2^64). 16 hexadecimal digits.
[[nodiscard]] std::string fingerprint(const Windows& windows, const std::vector<Split>& splits, const OriginChoice& origins,
                                      const MeasuredBy& by);

}  // namespace pipeline::stage::evaluate
