#include <ATen/Functions.h>

#include "pipeline/options.h"
#include "pipeline/plugin.h"
#include "pipeline/torch/loss.h"

namespace pipeline::loss::torch_losses {

/// (forecast - y)^2
class MSELoss final : public Loss {
 public:
  using Options = NoOptions;
  explicit MSELoss(Options) {}
  torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const override {
    return at::mse_loss(forecast.values, y, at::Reduction::None);
  }
  torch::Tensor mean(const Forecast& forecast, const torch::Tensor& y) const override {
    return at::mse_loss(forecast.values, y, at::Reduction::Mean);
  }
};

/// |forecast - y|
class L1Loss final : public Loss {
 public:
  using Options = NoOptions;
  explicit L1Loss(Options) {}
  torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const override {
    return at::l1_loss(forecast.values, y, at::Reduction::None);
  }
  torch::Tensor mean(const Forecast& forecast, const torch::Tensor& y) const override {
    return at::l1_loss(forecast.values, y, at::Reduction::Mean);
  }
};

struct HuberOptions {
  double delta = 1;

  static constexpr auto options() {
    return option_list<HuberOptions>(
        option("delta", &HuberOptions::delta, "Errors up to this count squared, larger ones linearly.").above(0).search(0.1, 2));
  }
};

/// Half the squared error up to delta, delta (|error| - delta / 2) beyond.
class HuberLoss final : public Loss {
 public:
  using Options = HuberOptions;
  explicit HuberLoss(const Options& options) : delta_(options.delta) {}
  torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const override {
    return at::huber_loss(forecast.values, y, at::Reduction::None, delta_);
  }
  torch::Tensor mean(const Forecast& forecast, const torch::Tensor& y) const override {
    return at::huber_loss(forecast.values, y, at::Reduction::Mean, delta_);
  }

 private:
  double delta_;
};

}  // namespace pipeline::loss::torch_losses

PIPELINE_PLUGIN("torch_losses", "1.0.0", "Apache-2.0", "LibTorch's losses under PyTorch's names.") {
  using namespace pipeline::loss::torch_losses;
  registrar.add<pipeline::Loss, MSELoss>("MSELoss", "Mean squared error.").reference("torch.nn.MSELoss");
  registrar.add<pipeline::Loss, L1Loss>("L1Loss", "Mean absolute error.").reference("torch.nn.L1Loss");
  registrar.add<pipeline::Loss, HuberLoss>("HuberLoss", "Squared error for small errors, absolute for large ones.")
      .reference("torch.nn.HuberLoss");
}
