#pragma once

#include "linear_family.h"
#include "window_layer.h"

namespace pipeline::model::linear {

struct NLinearOptions {
  bool individual = false;
  Solver solver = Solver::gradient;
  double alpha = 0;

  static constexpr auto options() {
    return option_list<NLinearOptions>(individual_option<NLinearOptions>(), solver_option<NLinearOptions>(),
                                       alpha_option<NLinearOptions>());
  }
  static std::vector<OptionRule> rules() { return solver_rules(); }
};

/// A linear layer over the window less its last value, which is added to the forecast.
class NLinearModel final : public LinearFamily {
 public:
  using Options = NLinearOptions;
  NLinearModel(const Options& options, const ModelShape& shape);

  /// x [B, W, F] to [B, H, T].
  Forecast forward(const Batch& batch) override;

 private:
  void normalise(Rows& rows) const override;
  void set(const LeastSquares::Solution& solution) override { layer_.set(solution.weights, solution.constants); }

  WindowLayer layer_;
};

}  // namespace pipeline::model::linear
