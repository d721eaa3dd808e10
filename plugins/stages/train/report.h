#pragma once

#include "pipeline/torch/fit.h"
#include "pipeline/value.h"

namespace pipeline::stage::train {

/// What train.json says of a fit: version folder, checkpoints, curve. Numbers that are not known are left out.
struct TrainingReport {
  std::string model_type;
  std::filesystem::path version_dir, best, last;  ///< empty: none
  std::string windows;                            ///< folder of the windows, relative to the stage's
  Value hyper_parameters;
  Value pipeline;  ///< CheckpointInfo: what weights of this training belong to

  [[nodiscard]] Value to_value(const FitResult& result) const;
};

/// The epoch whose checkpoint is the best one, or the last one that validated; nullptr when none did.
[[nodiscard]] const EpochRecord* best_epoch(const FitResult& result);

}  // namespace pipeline::stage::train
