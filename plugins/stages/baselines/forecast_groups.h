#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/data/forecasts.h"
#include "pipeline/data/series.h"
#include "pipeline/data/windows.h"

namespace pipeline::stage::baselines {

/// Origins that follow each other and are forecast with the same parameters.
struct Group {
  std::size_t first = 0, count = 0;  ///< of all origins
  std::int64_t first_row = 0;        ///< of the segment that they lie in: the oldest value that a model sees
};

/// The number of validation, test and calibration windows.
[[nodiscard]] std::int64_t count_origins(const Windows& windows);
/// The origins of the validation, then the test and then the calibration windows, in the order of the windows. `windows` are of a series.
void fill_origins(const Windows& windows, std::span<ForecastOrigin> origins);
/// The groups of all origins: those of one segment in one split, or with `refit` each for itself.
[[nodiscard]] std::vector<Group> groups_of(std::span<const ForecastOrigin> origins, const Series& series, bool refit);

}  // namespace pipeline::stage::baselines
