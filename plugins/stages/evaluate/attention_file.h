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

/// attention.csv: one line for each window of the split, with the id of its series if there are many, its origin and the weight of every
/// row of the window. Columns are named by their distance from the origin: -59, ..., -1, 0. The first weights create the file.
class AttentionFile {
 public:
  AttentionFile(std::filesystem::path file, const Windows& windows);
  /// `origins`: the row of each window's last input, or the window's number if windows were made elsewhere; weights [B, W] on any device.
  /// Error (plugin) for weights of another shape.
  void add(std::span<const std::int64_t> origins, const torch::Tensor& weights);
  /// Writes everything to the file; false if no weights came and there is no file. Error (unexpected) when the disk is full.
  bool finish();

 private:
  void open();

  std::filesystem::path file_;
  std::ofstream out_;
  RowTimes times_;
  std::int64_t window_;
  const Series* panel_;  ///< nullptr: there is one series
};

}  // namespace pipeline::stage::evaluate
