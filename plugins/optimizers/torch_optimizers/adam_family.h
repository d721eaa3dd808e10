#pragma once

#include "pipeline/train/optimizer.h"

/// Shared by Adam and AdamW: LibTorch has separate classes for them, with the same members.
namespace pipeline::optimizer::torch_optimizers {

template <class TorchOptions>
void adam_group(GroupEntries& entries, bool decoupled) {
  auto& options = entries.options<TorchOptions>();
  entries.setting("betas", options.betas());
  entries.setting("eps", options.eps());
  entries.setting("weight_decay", options.weight_decay());
  entries.setting("amsgrad", options.amsgrad());
  entries.constant("decoupled_weight_decay", decoupled);
  for (const char* name : {"maximize", "capturable", "differentiable"}) entries.constant(name, false);
  for (const char* name : {"foreach", "fused"}) entries.constant(name, State());
}

template <class TorchOptions, class Moments>
void adam_weight(WeightEntries& entries) {
  auto& moments = entries.kept<Moments>();
  entries.step(moments.step());
  entries.moment("exp_avg", moments.exp_avg());
  entries.moment("exp_avg_sq", moments.exp_avg_sq());
  entries.moment("max_exp_avg_sq", moments.max_exp_avg_sq(), entries.options<TorchOptions>().amsgrad());
}

}  // namespace pipeline::optimizer::torch_optimizers
