#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "pipeline/export.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// Metrics of some set of values. Undefined ones (no value, constant target) are absent or NaN.
struct MetricValues {
  std::int64_t count = 0;      ///< values counted
  std::int64_t near_zero = 0;  ///< left out of mape and avg_abs_accuracy: |y| < 1e-8
  double mse = undefined, mae = undefined, rmse = undefined;
  std::optional<double> mape, avg_abs_accuracy, r2;
  /// Mean of 2 |y - f| / (|y| + |f|), between 0 and 2; 0 where both are 0. Makridakis, Accuracy Measures, 1993, as in the M4 competition.
  std::optional<double> smape;

  static constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
};

/// Streams forecasts against truth; sums in double, the same for any batch size. Definitions as in scikit-learn: r2 per target over all
/// windows and steps, then averaged over the targets that are not constant.
class PIPELINE_EXPORT MetricAccumulator {
 public:
  MetricAccumulator(std::int64_t horizon, std::int64_t targets);
  /// values, y [B, H, T] on any device; weight [B, H, T] (0: not counted) or undefined.
  void add(const torch::Tensor& values, const torch::Tensor& y, const torch::Tensor& weight = {});
  void reset();
  [[nodiscard]] MetricValues all() const;
  [[nodiscard]] MetricValues target(std::int64_t index) const;
  [[nodiscard]] MetricValues step(std::int64_t index) const;

 private:
  struct Sums {
    double count = 0, squared = 0, absolute = 0, relative = 0, relative_count = 0, symmetric = 0;
    double y_shift = 0, y_sum = 0, y_squared = 0;  ///< of y - y_shift, for the variance
    void merge(const Sums& other);
  };
  [[nodiscard]] static MetricValues finish(const Sums& sums);
  [[nodiscard]] Sums target_sums(std::int64_t target, std::int64_t first_step, std::int64_t steps) const;
  [[nodiscard]] MetricValues over(std::int64_t first_step, std::int64_t steps) const;
  std::int64_t horizon_, targets_;
  std::vector<Sums> sums_;  ///< [H, T]
};

}  // namespace pipeline
