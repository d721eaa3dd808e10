#pragma once

#include <span>

#include "linear_family.h"
#include "pipeline/train/direct_gradients.h"
#include "window_layer.h"

namespace pipeline::model::linear {

struct LinearOptions {
  bool bias = true;
  bool individual = false;
  Solver solver = Solver::gradient;
  double alpha = 0;

  static constexpr auto options() {
    return option_list<LinearOptions>(option("bias", &LinearOptions::bias, "Add a learned constant to each step of the horizon."),
                                      individual_option<LinearOptions>(), solver_option<LinearOptions>(), alpha_option<LinearOptions>());
  }
  static std::vector<OptionRule> rules() { return solver_rules(); }
};

/// One linear layer from the window to the horizon. A target's forecast depends only on its own past.
class LinearModel final : public LinearFamily, public DirectGradients {
 public:
  using Options = LinearOptions;
  LinearModel(const Options& options, const ModelShape& shape);

  /// x [B, W, F] to [B, H, T].
  Forecast forward(const Batch& batch) override { return {.values = layer_(past_of(batch)).transpose(1, 2)}; }

  [[nodiscard]] bool has_direct_gradients(torch::Device device, Precision precision) const override;
  torch::Tensor direct_forward(const Batch& batch) override;
  void direct_backward(const torch::Tensor& of_values, std::span<torch::Tensor> gradients) override;

 private:
  void set(const LeastSquares::Solution& solution) override { layer_.set(solution.weights, solution.constants); }

  bool individual_;
  WindowLayer layer_;
  torch::Tensor past_;  ///< of the last direct_forward()
};

}  // namespace pipeline::model::linear
