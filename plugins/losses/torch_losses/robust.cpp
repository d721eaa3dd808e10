#include <numbers>

#include <ATen/Functions.h>

#include "losses.h"
#include "pipeline/options.h"
#include "pipeline/torch/loss.h"

namespace pipeline::loss::torch_losses {

namespace {

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

struct SmoothL1Options {
  double beta = 1;

  static constexpr auto options() {
    return option_list<SmoothL1Options>(
        option("beta", &SmoothL1Options::beta, "Errors up to this count squared, larger ones linearly.").above(0).search(0.1, 2));
  }
};

/// Huber's loss over its threshold: error^2 / (2 beta) up to beta, |error| - beta / 2 beyond.
class SmoothL1Loss final : public Loss {
 public:
  using Options = SmoothL1Options;
  explicit SmoothL1Loss(const Options& options) : beta_(options.beta) {}
  torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const override {
    return at::smooth_l1_loss(forecast.values, y, at::Reduction::None, beta_);
  }
  torch::Tensor mean(const Forecast& forecast, const torch::Tensor& y) const override {
    return at::smooth_l1_loss(forecast.values, y, at::Reduction::Mean, beta_);
  }

 private:
  double beta_;
};

/// log(cosh(error)), written as |error| + log(1 + exp(-2 |error|)) - log 2, which does not overflow.
class LogCoshLoss final : public Loss {
 public:
  using Options = NoOptions;
  explicit LogCoshLoss(Options) {}
  torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const override {
    const torch::Tensor size = (forecast.values - y).abs();
    return size + at::softplus(-2 * size) - std::numbers::ln2;
  }
};

}  // namespace

void add_robust_losses(Registrar& registrar) {
  registrar.add<Loss, HuberLoss>("HuberLoss", "Squared error for small errors, absolute for large ones.").reference("torch.nn.HuberLoss");
  registrar.add<Loss, SmoothL1Loss>("SmoothL1Loss", "Huber's loss divided by its threshold.").reference("torch.nn.SmoothL1Loss");
  registrar.add<Loss, LogCoshLoss>("LogCoshLoss", "Logarithm of the error's hyperbolic cosine: smooth between squared and absolute error.")
      .reference("Chen et al., Log Hyperbolic Cosine Loss Improves Variational Auto-Encoder, 2019");
}

}  // namespace pipeline::loss::torch_losses
