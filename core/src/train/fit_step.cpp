#include "train/fit_step.h"

namespace pipeline {

torch::Tensor batch_loss(const Component<Loss>& loss, const Forecast& forecast, const Batch& batch) {
  if (!batch.weight.defined()) return call(loss, "mean", &Loss::mean, forecast, batch.y);
  return (call(loss, "elementwise", &Loss::elementwise, forecast, batch.y) * batch.weight).sum() / batch.weight.sum().clamp_min(1);
}

TrainStep::TrainStep(const Forecaster& forecaster, const FitSpec& spec)
    : forecaster_(forecaster),
      loss_(spec.loss),
      optimizer_(spec.optimizer),
      accumulate_(spec.trainer.accumulate_grad_batches),
      clip_(spec.trainer.gradient_clip_val),
      clip_by_norm_(spec.trainer.gradient_clip_algorithm == "norm") {
  for (const torch::optim::OptimizerParamGroup& group : optimizer_->param_groups()) {
    parameters_.insert(parameters_.end(), group.params().begin(), group.params().end());
  }
}

torch::Tensor TrainStep::run(FitTrainer& trainer, const Batch& batch, std::int64_t index, std::int64_t batches) {
  torch::Tensor loss = batch_loss(loss_, forecaster_(batch), batch);
  if (index % accumulate_ == 0) optimizer_->zero_grad();
  // A smaller last group is divided by the full count too, as in Lightning.
  const torch::Tensor scaled = accumulate_ == 1 ? loss : loss / accumulate_;
  trainer.each("on_before_backward", &Callback::on_before_backward, scaled);
  call(forecaster_.model(), "the backward pass (its own or the loss's)", [&](Model&) { scaled.backward(); });
  trainer.each("on_after_backward", &Callback::on_after_backward);
  if (steps_after(index, batches)) {
    trainer.each("on_before_optimizer_step", &Callback::on_before_optimizer_step, *optimizer_);
    if (clip_ > 0) clip_gradients();
    call(optimizer_, "step", [](torch::optim::Optimizer& optimizer) { optimizer.step(); });
    ++trainer.progress.steps;
    ++trainer.progress.steps_in_epoch;
  }
  return loss.detach();
}

void TrainStep::clip_gradients() {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> gradients;
  gradients.reserve(parameters_.size());
  for (const torch::Tensor& parameter : parameters_) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  if (clip_by_norm_) {
    clip_gradient_norm(gradients, clip_);
  } else {
    for (torch::Tensor& gradient : gradients) gradient.clamp_(-clip_, clip_);
  }
}

void clip_gradient_norm(const std::vector<torch::Tensor>& gradients, double max_norm) {
  if (gradients.empty()) return;
  std::vector<torch::Tensor> norms;
  norms.reserve(gradients.size());
  for (const torch::Tensor& gradient : gradients) norms.push_back(gradient.norm());
  const torch::Tensor total = torch::stack(norms).norm();
  const torch::Tensor factor = (max_norm / (total + 1e-6)).clamp_max(1.0);  // 1e-6: PyTorch's guard against a zero norm
  for (torch::Tensor gradient : gradients) gradient.mul_(factor);
}

}  // namespace pipeline
