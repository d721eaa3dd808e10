#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "pipeline/stage.h"
#include "pipeline/train/fit.h"
#include "pipeline/value.h"

namespace pipeline::stage::train {

/// What train.json says of a fit: version folder, checkpoints, curve. Numbers that are not known are left out.
struct TrainingReport {
  std::string model_type;
  std::filesystem::path version_dir, best, last;  ///< empty: none
  std::string windows;                            ///< folder of the windows, relative to the stage's
  Value hyper_parameters;
  ComponentSpec loss;  ///< what was minimised
  Value pipeline;      ///< CheckpointInfo: what weights of this training belong to

  [[nodiscard]] Value to_value(const FitResult& result) const;
};

/// The validation metrics of the best checkpoint, else those of the last epoch that validated; empty when none did.
[[nodiscard]] std::map<std::string, double> headline_metrics(const FitResult& result);

}  // namespace pipeline::stage::train
