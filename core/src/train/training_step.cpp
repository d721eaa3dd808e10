#include "train/training_step.h"

#include <algorithm>

#include <ATen/ops/_foreach_add.h>
#include <torch/csrc/autograd/variable.h>

#include "pipeline/host/component_call.h"

namespace pipeline {

torch::Tensor batch_loss(const Component<Loss>& loss, const Forecast& forecast, const Batch& batch) {
  if (!batch.weight.defined()) return call(loss, "mean", &Loss::mean, forecast, batch.y);
  return (call(loss, "elementwise", &Loss::elementwise, forecast, batch.y) * batch.weight).sum() / batch.weight.sum().clamp_min(1);
}

OptimizerStep::OptimizerStep(const Component<Optimizer>& optimizer) : optimizer_(optimizer) {
  for (const torch::optim::OptimizerParamGroup& group : optimizer_->torch_optimizer().param_groups()) {
    parameters_.insert(parameters_.end(), group.params().begin(), group.params().end());
  }
}

bool OptimizerStep::trains(std::span<const torch::Tensor> weights) const {
  return std::ranges::equal(parameters_, weights, [](const torch::Tensor& a, const torch::Tensor& b) { return a.is_same(b); });
}

std::span<torch::Tensor> OptimizerStep::current() {
  gradients_.clear();
  for (const torch::Tensor& parameter : parameters_) {
    if (parameter.grad().defined()) gradients_.push_back(parameter.grad());
  }
  return gradients_;
}

void OptimizerStep::apply() {
  call(optimizer_, "step", [](Optimizer& optimizer) { optimizer.torch_optimizer().step(); });
  for (const torch::Tensor& parameter : parameters_) torch::autograd::impl::bump_version(parameter);  // LibTorch's fused kernels do not
}

AutogradStep::AutogradStep(const Forecaster& forecaster, const FitSpec& spec)
    : OptimizerStep(spec.optimizer), forecaster_(forecaster), loss_(spec.loss) {}

torch::Tensor AutogradStep::gradients(const Batch& batch, std::int64_t divisor,
                                      const std::function<void(const torch::Tensor& loss)>& before_backward) {
  const torch::Tensor loss = batch_loss(loss_, forecaster_(batch), batch);
  const torch::Tensor scaled = divisor == 1 ? loss : loss / divisor;
  before_backward(scaled);
  call(forecaster_.model(), "the backward pass (its own or the loss's)", [&](Model&) { scaled.backward(); });
  return loss.detach();
}

void AutogradStep::clear() { optimizer().zero_grad(); }

DirectStep::DirectStep(const Forecaster& forecaster, const FitSpec& spec, DirectGradients& model)
    : OptimizerStep(spec.optimizer), forecaster_(forecaster), loss_(spec.loss), model_(model), gradients_(like_parameters()) {}

DirectStep::Tensors DirectStep::like_parameters() {
  Tensors out;
  for (const torch::Tensor& parameter : parameters()) out.push_back(torch::zeros_like(parameter));
  return out;
}

torch::Tensor DirectStep::gradients(const Batch& batch, std::int64_t divisor,
                                    const std::function<void(const torch::Tensor& loss)>& before_backward) {
  torch::Tensor values;
  const auto forward = [&](const Batch& seen) -> Forecast {
    const torch::NoGradGuard no_graph;
    values = model_.direct_forward(seen).set_requires_grad(true);
    return {.values = values};
  };
  const torch::Tensor loss = batch_loss(loss_, forecaster_.through(forward, batch), batch);
  const torch::Tensor scaled = divisor == 1 ? loss : loss / divisor;
  before_backward(scaled);
  if (!is_clear_ && further_.empty()) further_ = like_parameters();
  call(forecaster_.model(), "the backward pass (its own or the loss's)", [&](Model&) {
    scaled.backward();
    const torch::NoGradGuard no_graph;
    model_.direct_backward(values.grad(), is_clear_ ? gradients_ : further_);
    if (!is_clear_) at::_foreach_add_(gradients_, further_);
  });
  is_clear_ = false;
  for (std::size_t i = 0; i < gradients_.size(); ++i) {  // a callback may have frozen some
    torch::Tensor& parameter = parameters()[i];
    parameter.mutable_grad() = parameter.requires_grad() ? gradients_[i] : torch::Tensor();
  }
  return loss.detach();
}

std::unique_ptr<TrainStep> make_training_step(const Forecaster& forecaster, const FitSpec& spec, const RunContext& run) {
  auto* const model = dynamic_cast<DirectGradients*>(&*forecaster.model());
  if (model && !spec.trainer.detect_anomaly && model->has_direct_gradients(run.device, spec.trainer.precision)) {
    auto direct = std::make_unique<DirectStep>(forecaster, spec, *model);
    if (direct->trains(forecaster.model()->parameters())) {
      run.log.debug(spec.model_name + " computes its gradients itself, without autograd");
      return direct;
    }
  }
  return std::make_unique<AutogradStep>(forecaster, spec);
}

}  // namespace pipeline
