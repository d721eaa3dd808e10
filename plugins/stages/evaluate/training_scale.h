#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/data/series.h"

namespace pipeline::stage::evaluate {

/// Errors of repeating the value of one season before, within the training rows of a target and in its original units: what MASE and RMSSE
/// divide by.
struct TrainingScale {
  double absolute = 0, squared = 0;  ///< means; 0 where nothing was to compare, or nothing changes

  /// Mean absolute scaled error: Hyndman and Koehler, Another Look at Measures of Forecast Accuracy, 2006. Nothing where the scale is 0 or
  /// the error is NaN.
  [[nodiscard]] std::optional<double> mase(double mae) const;
  /// Root mean squared scaled error: Makridakis et al., The M5 Accuracy Competition, 2022. Nothing where the scale is 0 or the error is
  /// NaN.
  [[nodiscard]] std::optional<double> rmsse(double mse) const;
};

/// One for each target. `season` in rows, at least 1; pairs across a gap, or with a filled value, don't count.
[[nodiscard]] std::vector<TrainingScale> training_scales(const Series& series, std::int64_t season);

}  // namespace pipeline::stage::evaluate
