#include "pipeline/torch/loss.h"

#include <algorithm>

namespace pipeline {

Loss::~Loss() = default;

OutputSpec Loss::output() const { return {}; }

torch::Tensor Loss::mean(const Forecast& forecast, const torch::Tensor& y) const { return elementwise(forecast, y).mean(); }

Forecast Loss::complete(Forecast forecast, std::span<const double>) const {
  if (!forecast.quantiles.defined()) return forecast;
  forecast.quantiles = std::get<0>(forecast.quantiles.sort(/*dim=*/3));
  const auto median = std::ranges::find(forecast.levels, 0.5);
  if (median != forecast.levels.end()) forecast.values = forecast.quantiles.select(3, median - forecast.levels.begin());
  return forecast;
}

void Loss::to(torch::Device) {}

}  // namespace pipeline
