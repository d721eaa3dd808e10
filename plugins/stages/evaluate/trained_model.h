#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/data/training_record.h"
#include "pipeline/data/windows.h"
#include "pipeline/registry.h"
#include "pipeline/stage.h"
#include "pipeline/train/forecaster.h"

namespace pipeline::stage::evaluate {

/// A training and the checkpoint to measure.
struct TrainedModel {
  TrainingRecord training;
  std::filesystem::path checkpoint;
  std::shared_ptr<const Windows> windows;
  Forecaster forecaster;
};

/// The checkpoint file for the option `choice` (best, last, or a path relative to the workflow).
[[nodiscard]] std::filesystem::path choose_checkpoint(const TrainingRecord& training, const std::string& choice,
                                                      const StageContext& context);

/// Loads the checkpoint; one that Lightning wrote is taken as one of the training's model. Error (training) if it does not fit the windows
/// of its training.
[[nodiscard]] TrainedModel load(TrainingRecord training, std::filesystem::path checkpoint, const Registry& registry, torch::Device device);

/// Index of the leading model: the best score if one metric judged all scored models, else the first model with a score, else 0.
[[nodiscard]] std::size_t leading(const std::vector<TrainingRecord>& trainings);

}  // namespace pipeline::stage::evaluate
