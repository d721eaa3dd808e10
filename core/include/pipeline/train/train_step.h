#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include <torch/optim/optimizer.h>
#include <torch/types.h>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/torch/batch.h"
#include "pipeline/torch/loss.h"
#include "pipeline/torch/model.h"
#include "pipeline/train/forecaster.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// One step of training in two halves. Between them the fit sums gradients over batches and ranks, clips them and calls the callbacks that
/// read them.
class PIPELINE_EXPORT TrainStep {
 public:
  virtual ~TrainStep();
  /// Adds the gradients of the batch's mean loss divided by `divisor` to those that are there, after it has called `before_backward` with
  /// that quotient. The loss itself, a detached scalar.
  virtual torch::Tensor gradients(const Batch& batch, std::int64_t divisor,
                                  const std::function<void(const torch::Tensor& loss)>& before_backward) = 0;
  /// The gradients so far, one for each trained parameter that has one, in the order of the optimizer's groups; written into by who clips
  /// or reduces them.
  [[nodiscard]] virtual std::span<torch::Tensor> current() = 0;
  /// One step of the optimizer along these gradients.
  virtual void apply() = 0;
  /// Sets the gradients to zero.
  virtual void clear() = 0;
};

/// What a step is made of. All of it outlives the step.
struct TrainStepContext {
  const Forecaster& forecaster;
  const Loss& loss;
  torch::optim::Optimizer& optimizer;
};

/// A step of another make than the plain one (fused, captured) is made where it fits the model, loss and optimizer: its factory answers
/// nullptr where it does not.
template <>
struct Kind<TrainStep> {
  static constexpr const char* name = "train_step";
  using Factory = std::unique_ptr<TrainStep>(const Value& options, const TrainStepContext& context);
};

}  // namespace pipeline
