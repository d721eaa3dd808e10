#pragma once

#include "linear_family.h"
#include "pipeline/train/revin.h"
#include "window_layer.h"

namespace pipeline::model::linear {

struct RLinearOptions {
  bool affine = true;
  bool individual = false;
  Solver solver = Solver::gradient;
  double alpha = 0;

  static constexpr auto options() {
    return option_list<RLinearOptions>(
        option("affine", &RLinearOptions::affine,
               "RevIN learns a factor and a shift for each target; with solver = \"closed\" they stay 1 and 0."),
        individual_option<RLinearOptions>(), solver_option<RLinearOptions>(), alpha_option<RLinearOptions>());
  }
  static std::vector<OptionRule> rules() { return solver_rules(); }
};

/// A linear layer within RevIN: over the window less its mean, divided by its deviation.
class RLinearModel final : public LinearFamily {
 public:
  using Options = RLinearOptions;
  RLinearModel(const Options& options, const ModelShape& shape);

  /// x [B, W, F] to [B, H, T].
  Forecast forward(const Batch& batch) override;

 private:
  void normalise(Rows& rows) const override;
  void set(const LeastSquares::Solution& solution) override { layer_.set(solution.weights, solution.constants); }

  WindowLayer layer_;
  RevIN revin_;
};

}  // namespace pipeline::model::linear
