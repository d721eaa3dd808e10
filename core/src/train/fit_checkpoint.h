#pragma once

#include "pipeline/torch/state.h"
#include "pipeline/train/fit.h"
#include "train/trainer.h"

namespace pipeline {

/// A whole checkpoint with the keys of Lightning 2.6, and CheckpointInfo under `pipeline`. Python's load_from_checkpoint and ckpt_path
/// accept it.
[[nodiscard]] State checkpoint_content(const FitSpec& spec, const FitProgress& progress, std::int64_t train_batches);

}  // namespace pipeline
