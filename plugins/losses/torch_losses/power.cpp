#include <ATen/Functions.h>

#include "losses.h"
#include "pipeline/options.h"
#include "pipeline/torch/loss.h"

namespace pipeline::loss::torch_losses {

namespace {

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

}  // namespace

void add_power_losses(Registrar& registrar) {
  registrar.add<Loss, MSELoss>("MSELoss", "Mean squared error.").reference("torch.nn.MSELoss");
  registrar.add<Loss, L1Loss>("L1Loss", "Mean absolute error.").reference("torch.nn.L1Loss");
}

}  // namespace pipeline::loss::torch_losses
