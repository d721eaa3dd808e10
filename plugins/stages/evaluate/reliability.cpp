#include "reliability.h"

#include <cmath>
#include <limits>
#include <utility>

namespace pipeline::stage::evaluate {

Reliability::Reliability(std::vector<double> levels, std::int64_t targets)
    : levels_(std::move(levels)),
      below_(torch::zeros({targets, std::ssize(levels_)}, torch::kDouble)),
      counted_(torch::zeros({targets}, torch::kDouble)) {}

void Reliability::add(const torch::Tensor& quantiles, const torch::Tensor& truth, const torch::Tensor& weight) {
  const torch::Tensor counts = weight.defined() ? (weight != 0).to(torch::kDouble) : torch::ones_like(truth);
  below_ += ((truth.unsqueeze(-1) <= quantiles).to(torch::kDouble) * counts.unsqueeze(-1)).sum({0, 1});
  counted_ += counts.sum({0, 1});
}

double Reliability::share(std::size_t level, std::optional<std::int64_t> target) const {
  const torch::Tensor below = below_.select(1, static_cast<std::int64_t>(level));
  const double counted = target ? counted_[*target].item<double>() : counted_.sum().item<double>();
  if (counted == 0) return std::numeric_limits<double>::quiet_NaN();
  return (target ? below[*target].item<double>() : below.sum().item<double>()) / counted;
}

double Reliability::error(std::optional<std::int64_t> target) const {
  double sum = 0;
  for (std::size_t q = 0; q < levels_.size(); ++q) sum += std::abs(share(q, target) - levels_[q]);
  return sum / static_cast<double>(levels_.size());
}

}  // namespace pipeline::stage::evaluate
