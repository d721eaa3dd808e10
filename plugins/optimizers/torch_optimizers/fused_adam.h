#pragma once

#include <algorithm>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/optim/optimizer.h>

#include "in_threads.h"
#include "pipeline/train/optimizer.h"

namespace pipeline::optimizer::torch_optimizers {

/// One step of Adam or AdamW for one group of weights, in one pass of LibTorch's fused kernel: a fifth of the time of a dozen operations
/// for each weight. `Fused` is at::_fused_adam_ or at::_fused_adamw_.
template <class Options, class Moments, auto Fused>
class FusedAdamGroup {
 public:
  /// The weights of the group that have a gradient, and what the optimizer keeps of them, made where it is missing.
  FusedAdamGroup(torch::optim::Optimizer& optimizer, torch::optim::OptimizerParamGroup& group)
      : options_(static_cast<Options&>(group.options())) {
    for (torch::Tensor& weight : group.params()) {
      if (!weight.grad().defined()) continue;
      auto& kept = optimizer.state()[weight.unsafeGetTensorImpl()];
      if (!kept) {
        auto fresh = std::make_unique<Moments>();
        fresh->exp_avg(torch::zeros_like(weight)).exp_avg_sq(torch::zeros_like(weight));
        if (options_.amsgrad()) fresh->max_exp_avg_sq(torch::zeros_like(weight));
        kept = std::move(fresh);
      }
      moments_.push_back(static_cast<Moments*>(kept.get()));
      weights_.push_back(weight);
    }
  }

  void step() {
    std::vector<torch::Tensor> gradients, means, squares, most_squares, steps;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      Moments& moments = *moments_[i];
      moments.step(moments.step() + 1);
      gradients.push_back(weights_[i].grad());
      means.push_back(moments.exp_avg());
      squares.push_back(moments.exp_avg_sq());
      if (options_.amsgrad()) most_squares.push_back(moments.max_exp_avg_sq());
      const bool as_before = i > 0 && moments_[i - 1]->step() == moments.step();
      steps.push_back(as_before ? steps.back()
                                : torch::full({}, static_cast<double>(moments.step()), weights_[i].options().dtype(torch::kFloat)));
    }
    const std::vector<std::size_t> ends = ends_of_parts();
    in_threads(static_cast<std::int64_t>(ends.size()), [&](std::int64_t part) {
      const auto index = static_cast<std::size_t>(part);
      const std::size_t first = index == 0 ? 0 : ends[index - 1], count = ends[index] - first;
      const auto slice = [&](const std::vector<torch::Tensor>& all) { return at::TensorList(all).slice(first, count); };
      Fused(slice(weights_), slice(gradients), slice(means), slice(squares), options_.amsgrad() ? slice(most_squares) : at::TensorList(),
            slice(steps), options_.get_lr(), std::get<0>(options_.betas()), std::get<1>(options_.betas()), options_.weight_decay(),
            options_.eps(), options_.amsgrad(), /*maximize=*/false);
    });
  }

 private:
  /// The weights in parts of about equal size, one for each thread that is worth its start: the end of each.
  [[nodiscard]] std::vector<std::size_t> ends_of_parts() const {
    constexpr std::int64_t values_of_thread = 65536;
    std::int64_t values = 0, before = 0;
    for (const torch::Tensor& weight : weights_) values += weight.numel();
    const bool on_cpu = !weights_.empty() && weights_.front().is_cpu();
    const std::int64_t parts = on_cpu ? std::clamp<std::int64_t>(values / values_of_thread, 1, at::get_num_threads()) : 1;
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      before += weights_[i].numel();
      const auto part = static_cast<std::int64_t>(ends.size()) + 1;
      if (before >= values * part / parts || i + 1 == weights_.size()) ends.push_back(i + 1);
    }
    return ends;
  }

  Options& options_;
  std::vector<torch::Tensor> weights_;
  std::vector<Moments*> moments_;
};

/// Whether the fused kernel takes the weights: dense, contiguous float tensors of one device.
[[nodiscard]] inline bool fits_fused_step(const torch::optim::OptimizerParamGroup& group) {
  const auto& weights = group.params();
  return std::ranges::all_of(weights, [&](const torch::Tensor& weight) {
    const torch::Tensor& gradient = weight.grad();
    const bool is_plain = weight.scalar_type() == torch::kFloat && weight.is_contiguous() && weight.device() == weights.front().device();
    return is_plain && (!gradient.defined() || (gradient.layout() == torch::kStrided && gradient.is_contiguous()));
  });
}

/// LibTorch's Adam or AdamW, whose step is fused where that is possible.
template <class Base, class Options, class Moments, auto Fused>
class FusedAdam : public TorchOptimizer<Base> {
 public:
  using TorchOptimizer<Base>::TorchOptimizer;

  torch::Tensor step(torch::optim::Optimizer::LossClosure closure = nullptr) override {
    if (closure || !std::ranges::all_of(this->param_groups(), fits_fused_step)) return Base::step(std::move(closure));
    const torch::NoGradGuard no_gradients;
    for (torch::optim::OptimizerParamGroup& group : this->param_groups()) {
      FusedAdamGroup<Options, Moments, Fused>(*this, group).step();
      for (const torch::Tensor& weight : group.params()) torch::autograd::impl::bump_version(weight);  // the kernel does not
    }
    return {};
  }
};

}  // namespace pipeline::optimizer::torch_optimizers
