#pragma once

#include <cstdint>

#include "linear_family.h"
#include "window_layer.h"

namespace pipeline::model::linear {

struct DLinearOptions {
  std::int64_t kernel_size = 25;
  bool individual = false;
  Solver solver = Solver::gradient;
  double alpha = 0;

  static constexpr auto options() {
    return option_list<DLinearOptions>(
        option("kernel_size", &DLinearOptions::kernel_size, "Rows of the moving average that is the trend; odd.")
            .between(1, 65535)
            .search(5, 49, 4),
        individual_option<DLinearOptions>(), solver_option<DLinearOptions>(), alpha_option<DLinearOptions>());
  }
  static std::vector<OptionRule> rules() { return solver_rules(); }
};

/// The sum of two linear layers: one over the window's moving average, the trend, and one over the rest. The window's first and last value
/// go on beyond its ends for the average.
class DLinearModel final : public LinearFamily {
 public:
  using Options = DLinearOptions;
  /// Error (usage) for an even kernel_size.
  DLinearModel(const Options& options, const ModelShape& shape);

  /// x [B, W, F] to [B, H, T].
  Forecast forward(const Batch& batch) override;

 private:
  /// past [B, T, W] to its trend [B, T, W]
  [[nodiscard]] torch::Tensor trend_of(const torch::Tensor& past) const;
  /// The decomposition of a window as a matrix [2 W, W]: what remains, then the trend.
  [[nodiscard]] torch::Tensor decomposition() const;
  [[nodiscard]] torch::Tensor penalty() const override;
  void set(const LeastSquares::Solution& solution) override;

  std::int64_t window_, kernel_size_;
  WindowLayer seasonal_, trend_;
};

}  // namespace pipeline::model::linear
