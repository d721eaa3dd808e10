#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include <torch/types.h>

#include "levels.h"
#include "pipeline/data/windows.h"
#include "row_times.h"

namespace pipeline::stage::evaluate {

/// predictions.csv: origin,time,step, then for each target its truth, forecast (_pred) and repeated last value (_naive) in original units.
/// Truth and naive are written exactly, forecasts with ten digits: more than float32 arithmetic can mean.
class PredictionsFile {
 public:
  PredictionsFile(std::filesystem::path file, const Windows& windows, bool last_step_only);
  /// Windows over a series, by the row of their last input.
  /// `weight`: 0 where the truth was filled in, whose cell stays empty; undefined where none was.
  void add_rows(std::span<const std::int64_t> origins, const LevelBatch& levels, const torch::Tensor& weight);
  /// Windows made elsewhere, by their number; values [B, H, T] in float64, without a naive forecast.
  void add_windows(std::span<const std::int64_t> indices, const torch::Tensor& forecast, const torch::Tensor& truth);
  /// Everything reaches the file; Error (unexpected) when the disk is full.
  void finish();

 private:
  void add_steps(std::string_view origin, const auto& time_of_step, const double* truth, const double* forecast, const double* naive,
                 const double* weight);
  void number(double value);
  void rounded(double value);
  void flush();

  std::filesystem::path file_;
  std::ofstream out_;
  std::string buffer_;
  const Series* series_;
  std::int64_t horizon_, targets_;
  bool last_step_only_;
  RowTimes times_;
};

}  // namespace pipeline::stage::evaluate
