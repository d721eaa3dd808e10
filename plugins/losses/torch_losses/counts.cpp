// Distributions of counts. They are of the values themselves: no scaler may shift or shrink the target.
#include <limits>

#include <ATen/Functions.h>
#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/math/distributions/poisson.hpp>

#include "distributions.h"
#include "losses.h"
#include "pipeline/errors.h"

namespace pipeline::loss::torch_losses {

namespace {

namespace math = boost::math;
/// The smallest count whose probability to be reached is the level at least. A parameter that is no number gives a quantile that is none.
using Counting = math::policies::policy<
    math::policies::discrete_quantile<math::policies::integer_round_up>, math::policies::domain_error<math::policies::ignore_error>,
    math::policies::overflow_error<math::policies::ignore_error>, math::policies::evaluation_error<math::policies::ignore_error>>;

class CountLoss : public DistributionLoss {
 protected:
  using DistributionLoss::DistributionLoss;

  /// What a window_norm divided the values by; 1 without one. Error (usage) for one that shifts them.
  [[nodiscard]] torch::Tensor scale_of(const Forecast& forecast) const {
    if (forecast.center.defined())
      throw usage_error("a " + family() +
                        " distribution is of counts, which no window_norm may shift: write window_norm = \"mean_abs\" or \"none\"");
    return forecast.scale.defined() ? forecast.scale : at::ones({}, forecast.parameters.options());
  }
  [[nodiscard]] torch::Tensor log_density(const Parameters& of, const torch::Tensor& y) const final {
    if ((y < 0).any().item<bool>())
      throw data_error("a " + family() +
                       " distribution is of counts, and the target has values below 0: choose another loss, such as "
                       "NormalLoss");
    return log_probability(of, y);
  }
  [[nodiscard]] virtual torch::Tensor log_probability(const Parameters& of, const torch::Tensor& y) const = 0;
};

class PoissonLoss final : public CountLoss {
 public:
  explicit PoissonLoss(Options) : CountLoss("Poisson", {"rate"}) {}

 private:
  Parameters parameters_of(const Forecast& forecast) const override {
    return {scale_of(forecast) * above_zero(forecast.parameters.select(3, 0))};
  }
  torch::Tensor log_probability(const Parameters& of, const torch::Tensor& y) const override {
    return y * of[0].log() - of[0] - at::lgamma(y + 1);
  }
  torch::Tensor quantile(const Parameters& of, double level) const override { return of_each(of[0], of[0], &quantile_of, level); }
  static double quantile_of(double rate, double, double level) {
    return math::quantile(math::poisson_distribution<double, Counting>(rate), level);
  }
};

/// Its mean is total_count exp(logits).
class NegativeBinomialLoss final : public CountLoss {
 public:
  explicit NegativeBinomialLoss(Options) : CountLoss("negative binomial", {"total count", "logits"}) {}

 private:
  enum Index : std::size_t { total_count, logits };

  Parameters parameters_of(const Forecast& forecast) const override {
    return {above_zero(forecast.parameters.select(3, total_count)), forecast.parameters.select(3, logits) + scale_of(forecast).log()};
  }
  torch::Tensor log_probability(const Parameters& of, const torch::Tensor& y) const override {
    const torch::Tensor& count = of[total_count];
    const torch::Tensor unnormalised = count * at::log_sigmoid(-of[logits]) + y * at::log_sigmoid(of[logits]);
    return unnormalised + at::lgamma(count + y) - at::lgamma(1 + y) - at::lgamma(count);
  }
  torch::Tensor quantile(const Parameters& of, double level) const override {
    return of_each(of[total_count], at::sigmoid(-of[logits].to(torch::kDouble)), &quantile_of, level);
  }
  static double quantile_of(double count, double stop, double level) {
    if (!(stop > 0)) return std::numeric_limits<double>::quiet_NaN();  // a mean beyond all numbers
    return math::quantile(math::negative_binomial_distribution<double, Counting>(count, stop), level);
  }
};

}  // namespace

void add_count_losses(Registrar& registrar) {
  registrar.add<Loss, PoissonLoss>("PoissonLoss", "Negative log likelihood of a Poisson distribution, for counts that are not scaled.")
      .reference("torch.distributions.Poisson; GluonTS's PoissonOutput")
      .gives("distribution")
      .needs("counts");
  registrar
      .add<Loss, NegativeBinomialLoss>("NegativeBinomialLoss",
                                       "Negative log likelihood of a negative binomial distribution, for counts that are not scaled.")
      .reference("torch.distributions.NegativeBinomial; GluonTS's NegativeBinomialOutput")
      .gives("distribution")
      .needs("counts");
}

}  // namespace pipeline::loss::torch_losses
