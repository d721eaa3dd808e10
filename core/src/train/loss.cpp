#include "pipeline/torch/loss.h"

namespace pipeline {

Loss::~Loss() = default;

OutputSpec Loss::output() const { return {}; }

torch::Tensor Loss::mean(const Forecast& forecast, const torch::Tensor& y) const { return elementwise(forecast, y).mean(); }

Forecast Loss::complete(Forecast forecast, std::span<const double>) const {
  if (forecast.quantiles.defined()) forecast.quantiles = std::get<0>(forecast.quantiles.sort(/*dim=*/3));
  return forecast;
}

void Loss::to(torch::Device) {}

}  // namespace pipeline
