// Distributions of any number, of which a location and a scale are forecast.
#include <cmath>
#include <numbers>

#include <ATen/Functions.h>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include "distributions.h"
#include "losses.h"

namespace pipeline::loss::torch_losses {

namespace {

namespace math = boost::math;
/// A parameter that is no number gives a quantile that is none.
using Quiet = math::policies::policy<math::policies::domain_error<math::policies::ignore_error>,
                                     math::policies::overflow_error<math::policies::ignore_error>,
                                     math::policies::evaluation_error<math::policies::ignore_error>>;

/// Parameters: location, scale, and what the shape depends on. z = (y - location) / scale has the family's standard distribution.
class LocatedLoss : public DistributionLoss {
 protected:
  using DistributionLoss::DistributionLoss;
  enum Index : std::size_t { location, scale, shape };

  [[nodiscard]] Parameters parameters_of(const Forecast& forecast) const override {
    const torch::Tensor width = above_zero(forecast.parameters.select(3, scale));
    const torch::Tensor place = forecast.parameters.select(3, location);
    const torch::Tensor widened = forecast.scale.defined() ? forecast.scale * place : place;
    return {forecast.center.defined() ? forecast.center + widened : widened, forecast.scale.defined() ? forecast.scale * width : width};
  }
  [[nodiscard]] torch::Tensor log_density(const Parameters& of, const torch::Tensor& y) const final {
    return standard_log_density(of, (y - of[location]) / of[scale]) - of[scale].log();
  }
  [[nodiscard]] torch::Tensor quantile(const Parameters& of, double level) const final {
    return of[location] + of[scale] * standard_quantile(of, level);
  }
  [[nodiscard]] virtual torch::Tensor standard_log_density(const Parameters& of, const torch::Tensor& z) const = 0;
  [[nodiscard]] virtual torch::Tensor standard_quantile(const Parameters& of, double level) const = 0;
};

class NormalLoss final : public LocatedLoss {
 public:
  explicit NormalLoss(Options) : LocatedLoss("normal", {"location", "scale"}) {}

 private:
  torch::Tensor standard_log_density(const Parameters&, const torch::Tensor& z) const override {
    return -0.5 * z.square() - 0.5 * std::log(2 * std::numbers::pi);
  }
  torch::Tensor standard_quantile(const Parameters& of, double level) const override {
    return at::full({}, math::quantile(math::normal(), level), of[location].options());
  }
};

class LaplaceLoss final : public LocatedLoss {
 public:
  explicit LaplaceLoss(Options) : LocatedLoss("Laplace", {"location", "scale"}) {}

 private:
  torch::Tensor standard_log_density(const Parameters&, const torch::Tensor& z) const override { return -z.abs() - std::numbers::ln2; }
  torch::Tensor standard_quantile(const Parameters& of, double level) const override {
    const double quantile = level < 0.5 ? std::log(2 * level) : -std::log(2 * (1 - level));
    return at::full({}, quantile, of[location].options());
  }
};

/// More than 2 degrees of freedom: the variance is finite.
class StudentTLoss final : public LocatedLoss {
 public:
  explicit StudentTLoss(Options) : LocatedLoss("Student's t", {"location", "scale", "degrees of freedom"}) {}

 private:
  Parameters parameters_of(const Forecast& forecast) const override {
    Parameters out = LocatedLoss::parameters_of(forecast);
    out.push_back(2 + at::softplus(forecast.parameters.select(3, shape)));
    return out;
  }
  torch::Tensor standard_log_density(const Parameters& of, const torch::Tensor& z) const override {
    const torch::Tensor& freedom = of[shape];
    return at::lgamma((freedom + 1) / 2) - at::lgamma(freedom / 2) - 0.5 * (freedom * std::numbers::pi).log() -
           (freedom + 1) / 2 * at::log1p(z.square() / freedom);
  }
  torch::Tensor standard_quantile(const Parameters& of, double level) const override {
    return of_each(of[shape], of[shape], &quantile_of, level);
  }
  static double quantile_of(double freedom, double, double level) {
    return math::quantile(math::students_t_distribution<double, Quiet>(freedom), level);
  }
};

}  // namespace

void add_located_losses(Registrar& registrar) {
  registrar.add<Loss, NormalLoss>("NormalLoss", "Negative log likelihood of a normal distribution.")
      .reference("torch.distributions.Normal; GluonTS's NormalOutput")
      .gives("distribution");
  registrar.add<Loss, LaplaceLoss>("LaplaceLoss", "Negative log likelihood of a Laplace distribution.")
      .reference("torch.distributions.Laplace; GluonTS's LaplaceOutput")
      .gives("distribution");
  registrar.add<Loss, StudentTLoss>("StudentTLoss", "Negative log likelihood of a Student's t distribution, which allows for outliers.")
      .reference("torch.distributions.StudentT; GluonTS's StudentTOutput")
      .gives("distribution");
}

}  // namespace pipeline::loss::torch_losses
