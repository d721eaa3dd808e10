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

/// The forecasts of one split's windows, as the artifact "predictions" holds them: all steps, or the last one only.
class PredictionsFile {
 public:
  PredictionsFile(std::filesystem::path file, const Windows& windows, bool last_step_only);
  /// Windows over a series, by the row of their last input.
  /// `weight`: 0 where the truth was filled in, which counts as not known; undefined where none was.
  void add_rows(std::span<const std::int64_t> origins, const LevelBatch& levels, const torch::Tensor& weight);
  /// Windows made elsewhere, by their number; values [B, H, T] in float64, without a naive forecast.
  void add_windows(std::span<const std::int64_t> indices, const torch::Tensor& forecast, const torch::Tensor& truth);
  /// Everything reaches the file; Error (unexpected) when the disk is full.
  void finish() { writer_.finish(); }

 private:
  /// The lines of one origin; `truth` [H, T] with NaN where it is not known, `naive` nullptr without one.
  void add_steps(std::string_view origin, const auto& time_of_step, const double* truth, const double* forecast, const double* naive);

  PredictionsWriter writer_;
  std::int64_t horizon_;
  std::size_t targets_;
  bool last_step_only_;
  RowTimes times_;
};

}  // namespace pipeline::stage::evaluate
