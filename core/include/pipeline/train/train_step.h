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

/// One training step in two halves, gradients() and apply(). Between them the fit sums gradients over batches and ranks, clips them and
/// calls the callbacks that read them.
class PIPELINE_EXPORT TrainStep {
 public:
  virtual ~TrainStep();
  /// Calls `before_backward` with the batch's mean loss divided by `divisor`, then adds the gradients of that quotient to the current
  /// gradients. Returns the undivided loss, a detached scalar.
  virtual torch::Tensor gradients(const Batch& batch, std::int64_t divisor,
                                  const std::function<void(const torch::Tensor& loss)>& before_backward) = 0;
  /// The current gradients, one for each trained parameter that has one, in the order of the optimizer's groups. The fit writes into them
  /// to clip or reduce them.
  [[nodiscard]] virtual std::span<torch::Tensor> current() = 0;
  /// One step of the optimizer along these gradients.
  virtual void apply() = 0;
  /// Sets the gradients to zero.
  virtual void clear() = 0;
};

/// The parts of a training step. All of them outlive the step.
struct TrainStepContext {
  const Forecaster& forecaster;
  const Loss& loss;
  torch::optim::Optimizer& optimizer;
};

/// A special training step (fused, captured) takes the place of the plain one if it fits the model, loss and optimizer. Its factory returns
/// nullptr if it does not fit. This version asks no factory: it trains models with DirectGradients without autograd, and all others by it.
template <>
struct Kind<TrainStep> {
  static constexpr const char* name = "train_step";
  using Factory = std::unique_ptr<TrainStep>(const Value& options, const TrainStepContext& context);
};

}  // namespace pipeline
