#pragma once

#include <cstdint>

#include <torch/types.h>

namespace pipeline {

/// The sums of an epoch's loss so far, as numbers.
struct LossSums {
  double sum = 0, last = 0;
  std::int64_t windows = 0;
};

/// The mean of an epoch's batch losses, weighted by batch size. On the CPU it reads every loss at once; on a GPU the sum stays on the
/// device, so that no call waits.
class EpochLoss {
 public:
  explicit EpochLoss(torch::Device device, const LossSums& before = {});
  /// `loss`: scalar, detached; `windows`: size of its batch.
  void add(const torch::Tensor& loss, std::int64_t windows);
  /// The last loss as a number; waits for a GPU unless the CPU read it already.
  [[nodiscard]] double last() const;
  /// Whether last() returns without waiting for a GPU.
  [[nodiscard]] bool is_read() const { return on_cpu_; }
  [[nodiscard]] double mean() const;
  /// Waits for a GPU.
  [[nodiscard]] LossSums sums() const;

 private:
  bool on_cpu_;
  double sum_, last_value_;
  torch::Tensor device_sum_, last_;
  std::int64_t windows_;
};

}  // namespace pipeline
