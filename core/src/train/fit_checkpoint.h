#pragma once

#include "pipeline/torch/state.h"
#include "pipeline/train/fit.h"
#include "train/trainer.h"

namespace pipeline {

/// A whole checkpoint with the keys of Lightning 2.6, and ours under `pipeline`. Python's load_from_checkpoint and ckpt_path take it.
[[nodiscard]] State checkpoint_content(const FitSpec& spec, const FitProgress& progress, std::int64_t train_batches);

/// What torch.optim.Optimizer.state_dict() gives in Python for Adam, AdamW, SGD and RMSprop: {state: {index: {...}}, param_groups: [...]}.
/// Another optimizer's groups carry `lr` and `params` only. A scheduler (or nullptr) adds its entries to the groups.
[[nodiscard]] State optimizer_state(torch::optim::Optimizer& optimizer, const Scheduler* scheduler);

/// Takes such a state, ours or PyTorch's, settings of the groups included. Error (training) when it is of another optimizer or model.
void load_optimizer_state(torch::optim::Optimizer& optimizer, const State& state);

}  // namespace pipeline
