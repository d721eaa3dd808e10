#pragma once

#include "pipeline/torch/state.h"
#include "pipeline/train/fit.h"
#include "train/fit_state.h"

namespace pipeline {

/// A whole checkpoint with the keys of Lightning 2.6, and CheckpointInfo under `pipeline`. Python's load_from_checkpoint and ckpt_path
/// accept it.
[[nodiscard]] State checkpoint_content(const FitSpec& spec, const FitProgress& progress, std::int64_t train_batches);

/// Where a fit stands by a checkpoint's Lightning counters (`loops`). Without them training starts from the beginning with the checkpoint's
/// weights. An epoch with `train_batches` batches done is over, whatever its length was.
[[nodiscard]] FitState state_of_checkpoint(const State& content, std::int64_t train_batches);

}  // namespace pipeline
