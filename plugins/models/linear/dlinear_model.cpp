#include "dlinear_model.h"

#include <string>

#include <ATen/Functions.h>

#include "pipeline/errors.h"

namespace pipeline::model::linear {

DLinearModel::DLinearModel(const Options& options, const ModelShape& shape)
    : LinearFamily("DLinearModel", shape, {.solver = options.solver, .alpha = options.alpha, .individual = options.individual}),
      window_(shape.window),
      kernel_size_(options.kernel_size),
      seasonal_(*this, "Linear_Seasonal", shape, {.individual = options.individual}),
      trend_(*this, "Linear_Trend", shape, {.individual = options.individual}) {
  if (kernel_size_ % 2 == 0)
    throw usage_error("kernel_size = " + std::to_string(kernel_size_) +
                      " of DLinearModel must be odd, so that the average has a middle: write " + std::to_string(kernel_size_ + 1));
  for (const WindowLayer* layer : {&seasonal_, &trend_}) layer->fill_weights(1.0 / static_cast<double>(window_));
}

torch::Tensor DLinearModel::trend_of(const torch::Tensor& past) const {
  const std::int64_t beyond = (kernel_size_ - 1) / 2;
  return at::avg_pool1d(at::replication_pad1d(past, {beyond, beyond}), kernel_size_, /*stride=*/1);
}

Forecast DLinearModel::forward(const Batch& batch) {
  const torch::Tensor past = past_of(batch), trend = trend_of(past);
  return {.values = (seasonal_(past - trend) + trend_(trend)).transpose(1, 2)};
}

torch::Tensor DLinearModel::decomposition() const {
  const torch::Tensor unit = at::eye(window_, torch::kDouble), trend = trend_of(unit.unsqueeze(0)).squeeze(0).t();
  return at::cat({unit - trend, trend}, 0);
}

// With the decomposition K, the layers [S R] (seasonal, trend) are the map M = [S R] K. Many layers are one map. Those with the smallest
// sum of squares are M (K'K)^-1 K', and that sum is the trace of M (K'K)^-1 M'.
torch::Tensor DLinearModel::penalty() const {
  const torch::Tensor parts = decomposition();
  return at::linalg_inv(parts.t().matmul(parts));
}

void DLinearModel::set(const LeastSquares::Solution& solution) {
  const torch::Tensor layers = solution.weights.matmul(penalty()).matmul(decomposition().t());  // [layers, H, 2 W]
  seasonal_.set(layers.narrow(2, 0, window_), solution.constants / 2);
  trend_.set(layers.narrow(2, window_, window_), solution.constants / 2);
}

}  // namespace pipeline::model::linear
