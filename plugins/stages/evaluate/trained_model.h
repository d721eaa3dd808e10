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

/// A training with the checkpoint that is measured.
struct TrainedModel {
  TrainingRecord training;
  std::filesystem::path checkpoint;
  std::shared_ptr<const Windows> windows;
  Forecaster forecaster;
};

/// The checkpoint file that the option `choice` (best, last, a path relative to the workflow) means.
[[nodiscard]] std::filesystem::path choose_checkpoint(const TrainingRecord& training, const std::string& choice,
                                                      const StageContext& context);

/// Loads it; a checkpoint that Lightning wrote is taken as one of the training's model. Error (training) when it does not fit the windows
/// of its training.
[[nodiscard]] TrainedModel load(TrainingRecord training, std::filesystem::path checkpoint, const Registry& registry, torch::Device device);

/// Index of the model that leads: the best score where all that have one were judged by one metric, else the first that has one, else 0.
[[nodiscard]] std::size_t leading(const std::vector<TrainingRecord>& trainings);

}  // namespace pipeline::stage::evaluate
