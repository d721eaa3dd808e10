#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <torch/types.h>

#include "pipeline/data/predictions.h"
#include "pipeline/data/windows.h"
#include "pipeline/train/levels.h"
#include "row_times.h"

namespace pipeline::stage::evaluate {

/// The forecasts for one split's windows in the form of the artifact "predictions": all steps, or the last one only.
class PredictionsFile {
 public:
  /// `windows` must outlive it.
  PredictionsFile(std::filesystem::path file, const Windows& windows, bool last_step_only, const PredictionBands& bands = {});
  /// Writes windows over a series, by the row of their last input. `weight`: 0 where the truth was filled in and counts as unknown;
  /// undefined if nothing was filled. `quantiles` [B, H, T, Q] and `intervals` [B, H, T, L, 2]: the file's bands; undefined: it has none.
  void add_rows(std::span<const std::int64_t> origins, const LevelBatch& levels, const torch::Tensor& weight,
                const torch::Tensor& quantiles = {}, const torch::Tensor& intervals = {});
  /// Writes windows made elsewhere, by their number; values [B, H, T] in float64, without a naive forecast.
  void add_windows(std::span<const std::int64_t> indices, const torch::Tensor& forecast, const torch::Tensor& truth);
  /// Writes everything to the file; Error (unexpected) when the disk is full.
  void finish() { writer_.finish(); }

 private:
  /// The numbers of one origin, [H, T, ...]; nullptr: there are none. An unknown truth is NaN.
  struct Numbers {
    const double *truth = nullptr, *forecast = nullptr, *naive = nullptr, *quantiles = nullptr, *intervals = nullptr;
  };
  /// Writes the lines of one origin, as many as its series has steps.
  void add_steps(std::string_view origin, std::int64_t steps, const auto& time_of_step, const Numbers& numbers);

  PredictionsWriter writer_;
  const Windows& windows_;
  std::int64_t horizon_;
  std::size_t targets_, quantiles_, interval_ends_;  ///< the last two of each target
  bool last_step_only_;
  RowTimes times_;
  const Series* panel_;            ///< nullptr: there is one series
  std::int64_t last_series_ = -1;  ///< whose lines were written last
};

}  // namespace pipeline::stage::evaluate
