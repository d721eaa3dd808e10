#pragma once

#include <string>
#include <utility>

#include "pipeline/options.h"
#include "pipeline/torch/callback.h"

namespace pipeline::callbacks::gradient_norm_monitor {

struct GradientNormMonitorOptions {
  double norm_type = 2;
  bool per_parameter = false;

  static constexpr auto options() {
    return option_list<GradientNormMonitorOptions>(
        option("norm_type", &GradientNormMonitorOptions::norm_type, "The p of the p-norm.").above(0).no_effect_on_result(),
        option("per_parameter", &GradientNormMonitorOptions::per_parameter, "Log the norm of every parameter too.").no_effect_on_result());
  }
};

/// Logs `grad_2.0_norm_total`, the norm of the parameters' norms, at every logged step; on request also `grad_2.0_norm/<parameter>`.
class GradientNormMonitor final : public Callback {
 public:
  using Options = GradientNormMonitorOptions;
  explicit GradientNormMonitor(Options options) : options_(options) {}

  void on_before_optimizer_step(Trainer& trainer, torch::optim::Optimizer& optimizer) override;
  [[nodiscard]] bool needs_gradients() const override { return true; }
  [[nodiscard]] std::string state_key() const override { return "GradientNormMonitor"; }

 private:
  Options options_;
};

}  // namespace pipeline::callbacks::gradient_norm_monitor
