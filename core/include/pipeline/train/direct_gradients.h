#pragma once

#include <span>

#include <torch/types.h>

#include "pipeline/export.h"
#include "pipeline/torch/batch.h"
#include "pipeline/train/tier.h"
#include "pipeline/train/training.h"

namespace pipeline {

/// A model that computes the gradients of its parameters itself. The fit then trains it without autograd's graph of the model, whose upkeep
/// costs a small model as much time as its arithmetic. Derive from Model and from this class. The results are those of forward() and
/// autograd, but for rounding.
class PIPELINE_EXPORT DirectGradients {
 public:
  virtual ~DirectGradients();
  /// Whether it can do so on this device and with this precision. Asked before each training; if not, autograd does it.
  [[nodiscard]] virtual bool has_direct_gradients(torch::Device device, Precision precision) const = 0;
  /// The forecast's values [B, H, T] in float for a batch of training, as forward() gives them. It keeps what direct_backward() needs.
  [[nodiscard]] virtual torch::Tensor direct_forward(const Batch& batch) = 0;
  /// From the gradient of the last direct_forward()'s values [B, H, T] to the gradient of each parameter, in the order of
  /// torch::nn::Module::parameters(). Writes over what lies in `gradients`, contiguous tensors of the parameters' shapes.
  virtual void direct_backward(const torch::Tensor& of_values, std::span<torch::Tensor> gradients) = 0;
};

}  // namespace pipeline
