#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "pipeline/torch/loss.h"
#include "pipeline/train/direct_gradients.h"
#include "pipeline/train/fit.h"
#include "pipeline/train/forecaster.h"
#include "pipeline/train/train_step.h"

namespace pipeline {

/// The loss of a batch, a scalar; with a weight it counts observed values only.
[[nodiscard]] torch::Tensor batch_loss(const Component<Loss>& loss, const Forecast& forecast, const Batch& batch);

/// What all steps share: the parameters of the optimizer, their grad(), and its step.
class OptimizerStep : public TrainStep {
 public:
  explicit OptimizerStep(const Component<Optimizer>& optimizer);

  /// Whether the optimizer's parameters are these, in this order.
  [[nodiscard]] bool trains(std::span<const torch::Tensor> weights) const;
  [[nodiscard]] std::span<torch::Tensor> current() final;
  void apply() final;

 protected:
  [[nodiscard]] std::span<torch::Tensor> parameters() { return parameters_; }
  [[nodiscard]] torch::optim::Optimizer& optimizer() const { return optimizer_->torch_optimizer(); }

 private:
  const Component<Optimizer>& optimizer_;
  std::vector<torch::Tensor> parameters_, gradients_;
};

/// The plain training step: forward, autograd's backward, the optimizer's step.
class AutogradStep final : public OptimizerStep {
 public:
  AutogradStep(const Forecaster& forecaster, const FitSpec& spec);

  torch::Tensor gradients(const Batch& batch, std::int64_t divisor,
                          const std::function<void(const torch::Tensor& loss)>& before_backward) override;
  void clear() override;

 private:
  const Forecaster& forecaster_;
  const Component<Loss>& loss_;
};

/// The step of a model with DirectGradients: autograd serves what comes behind the model, the loss above all. The gradients' memory is
/// allocated once.
class DirectStep final : public OptimizerStep {
 public:
  DirectStep(const Forecaster& forecaster, const FitSpec& spec, DirectGradients& model);

  torch::Tensor gradients(const Batch& batch, std::int64_t divisor,
                          const std::function<void(const torch::Tensor& loss)>& before_backward) override;
  void clear() override { is_clear_ = true; }

 private:
  using Tensors = std::vector<torch::Tensor>;
  [[nodiscard]] Tensors like_parameters();

  const Forecaster& forecaster_;
  const Component<Loss>& loss_;
  DirectGradients& model_;
  Tensors gradients_;  ///< grad() of each parameter that is trained
  Tensors further_;    ///< of a batch that is added to others; empty until there is one
  bool is_clear_ = true;
};

/// The step that fits the model and its training. Which one is logged at level debug.
[[nodiscard]] std::unique_ptr<TrainStep> make_training_step(const Forecaster& forecaster, const FitSpec& spec, const RunContext& run);

}  // namespace pipeline
