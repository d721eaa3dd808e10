#pragma once

#include <vector>

#include <torch/types.h>

#include "pipeline/train/collective.h"
#include "pipeline/train/fit.h"
#include "pipeline/train/train_step.h"
#include "train/trainer.h"

namespace pipeline {

/// What the ranks of a fit exchange. A fit of one process exchanges nothing.
class FitRanks {
 public:
  explicit FitRanks(const RunContext& run) : run_(run) {}

  /// Weights and buffers become those of rank 0.
  void share_weights(Model& model) const;
  /// Buffers that training changes (running statistics) become those of rank 0, as in PyTorch's DistributedDataParallel.
  void share_buffers(Model& model) const;
  /// Whether the training stops, is pruned or is interrupted becomes the word of rank 0. Returns the signal that rank 0 got, else 0.
  int follow_first(FitTrainer& trainer) const;

 private:
  const RunContext& run_;
};

/// Sums the gradients of a step's batches over the ranks. A batch of all ranks counts as one batch: each rank's mean gradient is weighted
/// by the rank's share of the values that count.
class RankGradients {
 public:
  /// `collective` is nullptr in a fit of one process: then nothing is done.
  explicit RankGradients(Collective* collective) : collective_(collective) {}

  /// Call it after each batch's TrainStep::gradients() with the batch's loss, a scalar. After the `last` batch of a step the step's
  /// gradients are those of all ranks. Returns the loss over all ranks.
  [[nodiscard]] torch::Tensor exchange(TrainStep& step, const Batch& batch, const torch::Tensor& loss, bool last);

 private:
  /// This rank's share of the values of the batch over all ranks.
  [[nodiscard]] double share_of(const Batch& batch) const;
  void add(std::span<torch::Tensor> gradients, double share);
  void write_to(std::span<torch::Tensor> gradients) const;

  Collective* collective_;
  torch::Tensor sums_;  ///< [values + 1] of one step: the gradients, flat, in the order of TrainStep::current(); then the last batch's loss
};

}  // namespace pipeline
