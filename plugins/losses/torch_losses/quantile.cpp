#include <ATen/Functions.h>

#include "losses.h"
#include "pipeline/options.h"
#include "pipeline/torch/loss.h"

namespace pipeline::loss::torch_losses {

namespace {

struct QuantileOptions {
  double q = 0.5;

  static constexpr auto options() {
    return option_list<QuantileOptions>(
        option("q", &QuantileOptions::q, "The quantile that is forecast; 0.5 is the median.").above(0).below(1).search(0.05, 0.95));
  }
};

/// The pinball loss: q (y - forecast) where the forecast is too low, (1 - q) (forecast - y) where it is too high. The model's values then
/// forecast that quantile.
class QuantileLoss final : public Loss {
 public:
  using Options = QuantileOptions;
  explicit QuantileLoss(const Options& options) : q_(options.q) {}
  torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const override {
    const torch::Tensor too_low = y - forecast.values;
    return at::maximum(q_ * too_low, (q_ - 1) * too_low);
  }

 private:
  double q_;
};

}  // namespace

void add_quantile_loss(Registrar& registrar) {
  registrar.add<Loss, QuantileLoss>("QuantileLoss", "Pinball loss of one quantile.")
      .reference("Koenker and Bassett, Regression Quantiles, 1978; scikit-learn's mean_pinball_loss");
}

}  // namespace pipeline::loss::torch_losses
