#include "train/fit_ranks.h"

#include <algorithm>
#include <array>

#include "pipeline/errors.h"

namespace pipeline {

void FitRanks::share_weights(Model& model) const {
  if (!run_.collective) return;
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> weights = model.parameters();
  run_.collective->broadcast(weights, 0);
  share_buffers(model);
}

void FitRanks::share_buffers(Model& model) const {
  if (!run_.collective) return;
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> buffers = model.buffers();
  if (!buffers.empty()) run_.collective->broadcast(buffers, 0);
}

int FitRanks::follow_first(FitTrainer& trainer) const {
  const int signal = run_.cancel.load(std::memory_order_relaxed);
  if (!run_.collective) return signal;
  const torch::Tensor word = torch::tensor(std::vector<std::int64_t>{trainer.state.stop_requested, trainer.state.pruned, signal});
  std::array words{word};
  run_.collective->broadcast(words, 0);
  const std::int64_t* const first = word.const_data_ptr<std::int64_t>();
  trainer.state.stop_requested = first[0] != 0;
  trainer.state.pruned = first[1] != 0;
  return static_cast<int>(first[2]);
}

torch::Tensor RankGradients::exchange(TrainStep& step, const Batch& batch, const torch::Tensor& loss, bool last) {
  if (!collective_) return loss;
  const torch::NoGradGuard no_grad;
  const double share = share_of(batch);
  const std::span<torch::Tensor> gradients = step.current();
  add(gradients, share);
  torch::Tensor over_all = loss.to(torch::kFloat) * share;
  if (!last) {
    step.clear();  // sums_ holds the gradients until the group is complete
    collective_->all_reduce({&over_all, 1});
    return over_all;
  }
  sums_[-1] = over_all;
  collective_->all_reduce({&sums_, 1});
  write_to(gradients);
  over_all = sums_[-1].clone();
  sums_.zero_();
  return over_all;
}

double RankGradients::share_of(const Batch& batch) const {
  if (!batch.weight.defined()) return 1.0 / collective_->world();  // all ranks have equally many windows, and all values count
  const double own = batch.weight.sum().item<double>();
  torch::Tensor all = torch::full({1}, own, torch::kDouble);
  collective_->all_reduce({&all, 1});
  // A batch's loss is divided by at least 1, as its values may all be unknown.
  return std::max(own, 1.0) / std::max(all.item<double>(), 1.0);
}

void RankGradients::add(std::span<torch::Tensor> gradients, double share) {
  std::int64_t values = 0;
  for (const torch::Tensor& gradient : gradients) values += gradient.numel();
  if (!sums_.defined()) sums_ = torch::zeros({values + 1});
  if (sums_.numel() != values + 1) {
    throw training_error("the model has gradients for " + std::to_string(values) + " weights in this batch and had them for " +
                         std::to_string(sums_.numel() - 1) +
                         " before: several processes train only models that use all of their weights in every batch");
  }
  std::int64_t at = 0;
  for (const torch::Tensor& gradient : gradients) {
    sums_.narrow(0, at, gradient.numel()).add_(gradient.reshape(-1), share);
    at += gradient.numel();
  }
}

void RankGradients::write_to(std::span<torch::Tensor> gradients) const {
  std::int64_t at = 0;
  for (torch::Tensor& gradient : gradients) {
    gradient.copy_(sums_.narrow(0, at, gradient.numel()).view(gradient.sizes()));
    at += gradient.numel();
  }
}

}  // namespace pipeline
