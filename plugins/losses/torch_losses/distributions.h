#pragma once

#include <span>
#include <string>
#include <vector>

#include "pipeline/options.h"
#include "pipeline/torch/loss.h"

namespace pipeline::loss::torch_losses {

/// The negative logarithm of a distribution's density, or probability, at the truth.
class DistributionLoss : public Loss {
 public:
  using Options = NoOptions;
  [[nodiscard]] OutputSpec output() const final;
  [[nodiscard]] torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const final;
  /// The point is the median.
  [[nodiscard]] Forecast complete(Forecast forecast, std::span<const double> levels) const final;

 protected:
  /// Parameters that the distribution may have, on the scaled series, each [B, H, T].
  using Parameters = std::vector<torch::Tensor>;

  DistributionLoss(std::string family, std::vector<std::string> parameters);
  [[nodiscard]] virtual Parameters parameters_of(const Forecast& forecast) const = 0;
  [[nodiscard]] virtual torch::Tensor log_density(const Parameters& parameters, const torch::Tensor& y) const = 0;
  [[nodiscard]] virtual torch::Tensor quantile(const Parameters& parameters, double level) const = 0;
  [[nodiscard]] const std::string& family() const { return output_.family; }

 private:
  OutputSpec output_;
};

/// softplus, and never 0.
[[nodiscard]] torch::Tensor above_zero(const torch::Tensor& unconstrained);
/// A function of two numbers of each place, in double, with the type and device of `first`.
[[nodiscard]] torch::Tensor of_each(const torch::Tensor& first, const torch::Tensor& second, double (*function)(double, double, double),
                                    double level);

}  // namespace pipeline::loss::torch_losses
