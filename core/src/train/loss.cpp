#include "pipeline/torch/loss.h"

namespace pipeline {

Loss::~Loss() = default;

torch::Tensor Loss::mean(const Forecast& forecast, const torch::Tensor& y) const { return elementwise(forecast, y).mean(); }

}  // namespace pipeline
