#pragma once

#include <cstdint>
#include <span>

#include "pipeline/train/train_step.h"
#include "train/fit_ranks.h"
#include "train/trainer.h"

namespace pipeline {

/// Trains on one batch, with hooks, groups of accumulated batches, other ranks and clipping.
class BatchTraining {
 public:
  BatchTraining(TrainStep& step, const FitSpec& spec, Collective* collective);

  /// Whether the optimizer steps after batch `index` of an epoch of `batches`: the last group may be smaller.
  [[nodiscard]] bool steps_after(std::int64_t index, std::int64_t batches) const {
    return (index + 1) % accumulate_ == 0 || index + 1 == batches;
  }
  /// Runs one batch with the hooks from on_before_backward to on_before_optimizer_step. Returns the batch's loss over all ranks, detached.
  torch::Tensor run(FitTrainer& trainer, const Batch& batch, std::int64_t index, std::int64_t batches);

 private:
  void clip_gradients();

  TrainStep& step_;
  const Component<Optimizer>& optimizer_;
  std::int64_t accumulate_;
  double clip_;
  bool clip_by_norm_;
  RankGradients ranks_;
};

/// Scales gradients so that their common 2-norm is at most `max_norm`, as torch.nn.utils.clip_grad_norm_ does, without waiting for a GPU.
void clip_gradient_norm(std::span<torch::Tensor> gradients, double max_norm);

}  // namespace pipeline
