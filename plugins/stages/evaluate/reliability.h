#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <torch/types.h>

namespace pipeline::stage::evaluate {

/// How often the truth lies at or below each forecast quantile. Of a calibrated forecast it does so as often as the level says.
class Reliability {
 public:
  Reliability(std::vector<double> levels, std::int64_t targets);
  /// `quantiles` [B, H, T, Q], `truth` [B, H, T], both in double on the CPU; `weight` 0: not counted; undefined: all count.
  void add(const torch::Tensor& quantiles, const torch::Tensor& truth, const torch::Tensor& weight);

  [[nodiscard]] const std::vector<double>& levels() const { return levels_; }
  /// The share of truths at or below a quantile, of a target or of all; NaN where nothing was counted.
  [[nodiscard]] double share(std::size_t level, std::optional<std::int64_t> target = {}) const;
  /// The mean distance of the shares from their levels.
  [[nodiscard]] double error(std::optional<std::int64_t> target = {}) const;

 private:
  std::vector<double> levels_;
  torch::Tensor below_, counted_;  ///< [T, Q], [T]
};

}  // namespace pipeline::stage::evaluate
