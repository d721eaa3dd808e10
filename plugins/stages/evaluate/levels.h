#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <torch/types.h>

#include "pipeline/data/series.h"

namespace pipeline::stage::evaluate {

/// A batch in original units, float64 [B, H, T]. The naive forecast repeats the last level; `naive_scaled` is the same as the model would
/// have to say it (a zero difference where the column is differenced).
struct LevelBatch {
  torch::Tensor forecast, truth, naive, naive_scaled;
};

/// Brings forecasts back to original units: scaler and transform are inverted step by step, from the last level known at the origin.
class Levels {
 public:
  Levels(const Series& series, std::int64_t horizon);
  /// `origins`: row of the last input of each window; `scaled` [B, H, T] on the CPU.
  [[nodiscard]] LevelBatch at(std::span<const std::int64_t> origins, const torch::Tensor& scaled) const;

 private:
  const Series& series_;
  std::int64_t horizon_;
  std::vector<ColumnTransform> targets_;
};

}  // namespace pipeline::stage::evaluate
