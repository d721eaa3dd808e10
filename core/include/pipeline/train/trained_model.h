#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/data/training_record.h"
#include "pipeline/data/windows.h"
#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/stage.h"
#include "pipeline/torch/loss.h"
#include "pipeline/train/forecaster.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// A model that a stage trained, ready to forecast the windows of its training.
struct TrainedModel {
  TrainingRecord training;
  std::filesystem::path checkpoint;
  std::shared_ptr<const Windows> windows;
  Forecaster forecaster;
  Component<Loss> loss;  ///< the one it was trained with, on the device
};

/// The checkpoint file for the option `choice` (best, last, or a path relative to the workflow). best without a ModelCheckpoint is last,
/// which the log tells. Error (usage, training) for a file that is not there.
[[nodiscard]] PIPELINE_EXPORT std::filesystem::path choose_checkpoint(const TrainingRecord& training, const std::string& choice,
                                                                      const StageContext& context);

/// Loads the checkpoint; one that Lightning wrote is taken as one of the training's model. Error (training) if it does not fit the windows
/// of its training, or if the training does not say what it minimised.
[[nodiscard]] PIPELINE_EXPORT TrainedModel load_trained(TrainingRecord training, std::filesystem::path checkpoint, const Registry& registry,
                                                        torch::Device device);

}  // namespace pipeline
