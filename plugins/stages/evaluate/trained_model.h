#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/data/windows.h"
#include "pipeline/registry.h"
#include "pipeline/stage.h"
#include "pipeline/train/forecaster.h"

namespace pipeline::stage::evaluate {

/// What a train stage left, as train.json says.
struct Training {
  std::string stage, model_type;
  std::filesystem::path version_dir, best, last;  ///< empty: none
  std::filesystem::path windows;
  std::string monitor, mode;  ///< the metric that chose the best checkpoint; min | max
  Value pipeline;             ///< CheckpointInfo of what was trained; null where train.json does not say
  std::optional<double> score;
  std::int64_t steps = 0;
  ComponentSpec loss{};  ///< what it minimised; an empty type where train.json does not say

  [[nodiscard]] static Training read(const Artifact& artifact);
};

/// A training with the checkpoint that is measured.
struct TrainedModel {
  Training training;
  std::filesystem::path checkpoint;
  std::shared_ptr<const Windows> windows;
  Forecaster forecaster;
};

/// The checkpoint file that the option `choice` (best, last, a path relative to the workflow) means.
[[nodiscard]] std::filesystem::path choose_checkpoint(const Training& training, const std::string& choice, const StageContext& context);

/// Loads it; a checkpoint that Lightning wrote is taken as one of the training's model. Error (training) when it does not fit the windows
/// of its training.
[[nodiscard]] TrainedModel load(Training training, std::filesystem::path checkpoint, const Registry& registry, torch::Device device);

/// Index of the model that leads: the best score where all that have one were judged by one metric, else the first that has one, else 0.
[[nodiscard]] std::size_t leading(const std::vector<Training>& trainings);

}  // namespace pipeline::stage::evaluate
