#include "train/fit_step.h"

#include <vector>

namespace pipeline {

BatchTraining::BatchTraining(TrainStep& step, const FitSpec& spec, Collective* collective)
    : step_(step),
      optimizer_(spec.optimizer),
      accumulate_(spec.trainer.accumulate_grad_batches),
      clip_(spec.trainer.gradient_clip_val),
      clip_by_norm_(spec.trainer.gradient_clip_algorithm == "norm"),
      ranks_(collective) {}

torch::Tensor BatchTraining::run(FitTrainer& trainer, const Batch& batch, std::int64_t index, std::int64_t batches) {
  if (index % accumulate_ == 0) step_.clear();
  // The gradients of a smaller last group are divided by the full count too, as in Lightning.
  const torch::Tensor own_loss = step_.gradients(
      batch, accumulate_, [&](const torch::Tensor& scaled) { trainer.each("on_before_backward", &Callback::on_before_backward, scaled); });
  const torch::Tensor loss = ranks_.exchange(step_, batch, own_loss, steps_after(index, batches));
  trainer.each("on_after_backward", &Callback::on_after_backward);
  if (steps_after(index, batches)) {
    trainer.each("on_before_optimizer_step", &Callback::on_before_optimizer_step, optimizer_->torch_optimizer());
    if (clip_ > 0) clip_gradients();
    step_.apply();
    ++trainer.state.progress.steps;
    ++trainer.state.progress.steps_in_epoch;
  }
  return loss;
}

void BatchTraining::clip_gradients() {
  const torch::NoGradGuard no_grad;
  const std::span<torch::Tensor> gradients = step_.current();
  if (clip_by_norm_) {
    clip_gradient_norm(gradients, clip_);
  } else {
    for (torch::Tensor& gradient : gradients) gradient.clamp_(-clip_, clip_);
  }
}

void clip_gradient_norm(std::span<torch::Tensor> gradients, double max_norm) {
  if (gradients.empty()) return;
  std::vector<torch::Tensor> norms;
  norms.reserve(gradients.size());
  for (const torch::Tensor& gradient : gradients) norms.push_back(gradient.norm());
  const torch::Tensor total = torch::stack(norms).norm();
  const torch::Tensor factor = (max_norm / (total + 1e-6)).clamp_max(1.0);  // 1e-6: PyTorch's guard against a zero norm
  for (torch::Tensor& gradient : gradients) gradient.mul_(factor);
}

}  // namespace pipeline
