#include "distributions.h"

#include <limits>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

namespace pipeline::loss::torch_losses {

DistributionLoss::DistributionLoss(std::string family, std::vector<std::string> parameters)
    : output_{.kind = OutputSpec::Kind::distribution, .levels = {}, .family = std::move(family), .parameters = std::move(parameters)} {}

OutputSpec DistributionLoss::output() const { return output_; }

torch::Tensor DistributionLoss::elementwise(const Forecast& forecast, const torch::Tensor& y) const {
  return -log_density(parameters_of(forecast), y);
}

Forecast DistributionLoss::complete(Forecast forecast, std::span<const double> levels) const {
  const Parameters parameters = parameters_of(forecast);
  forecast.values = quantile(parameters, 0.5);
  forecast.levels.assign(levels.begin(), levels.end());
  std::vector<torch::Tensor> quantiles;
  for (const double level : levels) quantiles.push_back(level == 0.5 ? forecast.values : quantile(parameters, level));
  forecast.quantiles = quantiles.empty() ? torch::Tensor() : at::stack(quantiles, 3);
  return forecast;
}

torch::Tensor above_zero(const torch::Tensor& unconstrained) {
  return at::softplus(unconstrained).clamp_min(std::numeric_limits<float>::epsilon());
}

torch::Tensor of_each(const torch::Tensor& first, const torch::Tensor& second, double (*function)(double, double, double), double level) {
  const torch::Tensor a = first.detach().to(torch::kCPU, torch::kDouble).contiguous();
  const torch::Tensor b = second.detach().to(torch::kCPU, torch::kDouble).contiguous();
  torch::Tensor out = at::empty_like(a);
  const auto *from_a = a.const_data_ptr<double>(), *from_b = b.const_data_ptr<double>();
  auto* to = out.mutable_data_ptr<double>();
  constexpr std::int64_t grain = 256;  // a quantile takes about a microsecond
  at::parallel_for(0, a.numel(), grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) to[i] = function(from_a[i], from_b[i], level);
  });
  return out.to(first.options());
}

}  // namespace pipeline::loss::torch_losses
