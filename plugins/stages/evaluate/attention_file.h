#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include <torch/types.h>

#include "pipeline/data/windows.h"
#include "row_times.h"

namespace pipeline::stage::evaluate {

/// attention.csv: a line for each window of the split, its origin and the weight of every row of its window. Columns are named by their
/// distance from the origin: -59, ..., -1, 0. There is no file until there are weights.
class AttentionFile {
 public:
  AttentionFile(std::filesystem::path file, const Windows& windows);
  /// `origins`: row of the last input of each window, its number where windows were made elsewhere; weights [B, W] on any device.
  /// Error (plugin) for weights of another shape.
  void add(std::span<const std::int64_t> origins, const torch::Tensor& weights);
  /// Everything reaches the file; false where there is none, since no weights came. Error (unexpected) when the disk is full.
  bool finish();

 private:
  void open();

  std::filesystem::path file_;
  std::ofstream out_;
  RowTimes times_;
  std::int64_t window_;
};

}  // namespace pipeline::stage::evaluate
