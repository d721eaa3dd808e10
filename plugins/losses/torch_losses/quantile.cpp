#include <algorithm>
#include <functional>
#include <utility>

#include <ATen/Functions.h>

#include "losses.h"
#include "pipeline/options.h"
#include "pipeline/torch/loss.h"

namespace pipeline::loss::torch_losses {

namespace {

/// level (y - forecast) where the forecast is too low, (1 - level) (forecast - y) where it is too high.
torch::Tensor pinball(const torch::Tensor& forecast, const torch::Tensor& y, const torch::Tensor& levels) {
  const torch::Tensor too_low = y - forecast;
  return at::maximum(levels * too_low, (levels - 1) * too_low);
}

struct PinballOptions {
  double q = 0.5;

  static constexpr auto options() {
    return option_list<PinballOptions>(
        option("q", &PinballOptions::q, "The quantile that is forecast; 0.5 is the median.").above(0).below(1).search(0.05, 0.95));
  }
};

/// The model's values forecast the quantile.
class PinballLoss final : public Loss {
 public:
  using Options = PinballOptions;
  explicit PinballLoss(const Options& options) : q_(options.q) {}
  torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const override {
    return pinball(forecast.values, y, at::full({}, q_, y.options()));
  }

 private:
  double q_;
};

struct QuantileOptions {
  std::vector<double> quantiles{0.1, 0.5, 0.9};

  static constexpr auto options() {
    return option_list<QuantileOptions>(
        option("quantiles", &QuantileOptions::quantiles, "Levels of the quantiles that are forecast, ascending.")
            .above(0)
            .below(1)
            .items(1));
  }
};

/// The mean of the pinball losses of all quantiles.
class QuantileLoss final : public Loss {
 public:
  using Options = QuantileOptions;
  explicit QuantileLoss(Options options) : levels_(std::move(options.quantiles)) {
    if (std::ranges::adjacent_find(levels_, std::greater_equal()) != levels_.end())
      throw usage_error("QuantileLoss: quantiles must ascend, as [0.1, 0.5, 0.9] do");
  }
  [[nodiscard]] OutputSpec output() const override { return {.kind = OutputSpec::Kind::quantiles, .levels = levels_}; }
  torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const override {
    return pinball(forecast.quantiles, y.unsqueeze(-1), at::tensor(levels_, y.options())).mean(-1);
  }

 private:
  std::vector<double> levels_;
};

}  // namespace

void add_quantile_losses(Registrar& registrar) {
  registrar.add<Loss, PinballLoss>("PinballLoss", "Pinball loss of one quantile, which is the forecast.")
      .reference("Koenker and Bassett, Regression Quantiles, 1978; scikit-learn's mean_pinball_loss");
  registrar.add<Loss, QuantileLoss>("QuantileLoss", "Mean of the pinball losses of several quantiles.")
      .reference("Koenker and Bassett, Regression Quantiles, 1978; NeuralForecast's MQLoss")
      .gives("quantiles");
}

}  // namespace pipeline::loss::torch_losses
