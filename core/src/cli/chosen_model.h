#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/workflow.h"
#include "pipeline/host/predictor.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"

namespace pipeline {

/// A model that a workflow forecasts with.
struct ChosenModel {
  std::string predictor = "checkpoint";  ///< the component that forecasts with it
  std::filesystem::path checkpoint{};    ///< empty: `stage` forecasts
  std::optional<StageTask> stage{};
  std::filesystem::path intervals{};  ///< the file of the evaluation's intervals; empty: it made none
  std::vector<double> quantiles{};    ///< the levels that a distribution is asked for; empty: nothing was evaluated
  std::string name{};                 ///< in that file and in metrics.json: "train", "baselines/Theta"
};

/// A workflow's best model: the one that its evaluation chose or, with `wanted`, measured for that train stage or under that name; without
/// an evaluation, the best of the only train stage. The log names it, as a warning where the workflow or its results have changed since.
/// Error (usage) if there is none, or if nothing chooses among several.
[[nodiscard]] ChosenModel chosen_model(const Workflow& workflow, const Registry& registry, const std::string& wanted, Log& log);
/// A model that another one is made of. Error (usage) if the workflow has none of that name, or its checkpoint is gone.
[[nodiscard]] ChosenModel other_model(const Workflow& workflow, const Registry& registry, const OtherModel& other);

/// The train stage `wanted`; if that is empty, the only one. Error (usage) where there is none, or several.
[[nodiscard]] const StagePlan& train_stage(const Workflow& workflow, const Registry& registry, const std::string& wanted);

}  // namespace pipeline
