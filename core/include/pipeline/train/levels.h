#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <torch/types.h>

#include "pipeline/data/series.h"
#include "pipeline/export.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// A batch in original units, float64 [B, H, T] on the CPU. The naive forecast repeats the last level. `naive_scaled` is the naive forecast
/// in a model's units (a zero difference if the column is differenced).
struct LevelBatch {
  torch::Tensor forecast, truth, naive, naive_scaled;
};

/// Converts forecasts to original units: it inverts scaler and transform step by step, from the last level known at the origin. Arithmetic
/// in double.
class PIPELINE_EXPORT Levels {
 public:
  /// `known` [rows, targets]: levels of the targets in original units, NaN where a level is missing. `panel`: the series of the rows, and
  /// their scales. Both must outlive this object.
  Levels(const SeriesInfo& info, std::span<const double> known, std::int64_t horizon, PanelView panel = {});
  Levels(const Series& series, std::int64_t horizon) : Levels(series.info(), series.targets(), horizon, series.panel()) {}

  /// `origins`: row of the last input of each window; `scaled` [B, H, T] on any device. The result is NaN where a difference starts from a
  /// missing level.
  [[nodiscard]] torch::Tensor forecast(std::span<const std::int64_t> origins, const torch::Tensor& scaled) const;
  /// The same for quantiles [B, H, T, Q]: the inverse of a transform keeps their order. Each quantile of a difference continues that of the
  /// step before, which is right for one step only.
  [[nodiscard]] torch::Tensor quantiles(std::span<const std::int64_t> origins, const torch::Tensor& scaled) const;
  /// The forecast with the truth and the naive forecast. The truth is NaN beyond the last row of the origin's series.
  [[nodiscard]] LevelBatch at(std::span<const std::int64_t> origins, const torch::Tensor& scaled) const;

 private:
  /// The rows that follow a row in its series.
  [[nodiscard]] std::int64_t rows_after(std::int64_t row) const;
  [[nodiscard]] double known(std::int64_t row, std::size_t target) const;
  /// A target as it is scaled in the series of a row.
  [[nodiscard]] ColumnTransform scaled_at(std::int64_t row, std::size_t target) const;
  [[nodiscard]] torch::Tensor empty(std::size_t batch) const;

  std::span<const double> known_;
  std::int64_t horizon_;
  PanelView panel_;
  std::size_t columns_;
  std::vector<std::int64_t> target_columns_;
  std::vector<ColumnTransform> targets_;
};

}  // namespace pipeline
