#include "linear_model.h"

#include <ATen/ops/mm.h>
#include <ATen/ops/sum.h>

namespace pipeline::model::linear {

LinearModel::LinearModel(const Options& options, const ModelShape& shape)
    : LinearFamily("LinearModel", shape,
                   {.solver = options.solver, .alpha = options.alpha, .individual = options.individual, .bias = options.bias}),
      individual_(options.individual),
      layer_(*this, "linear", shape, {.individual = options.individual, .bias = options.bias}) {}

bool LinearModel::has_direct_gradients(torch::Device device, Precision precision) const {
  return !individual_ && device.is_cpu() && precision == Precision::full;
}

torch::Tensor LinearModel::direct_forward(const Batch& batch) {
  past_ = past_of(batch);
  return layer_(past_).transpose(1, 2);
}

void LinearModel::direct_backward(const torch::Tensor& of_values, std::span<torch::Tensor> gradients) {
  const torch::Tensor of_rows = of_values.transpose(1, 2).reshape({-1, of_values.size(1)});  // [B T, H]
  at::mm_out(gradients[0], of_rows.t(), past_.reshape({-1, past_.size(2)}));
  if (gradients.size() > 1) at::sum_out(gradients[1], of_rows, {0});
}

}  // namespace pipeline::model::linear
