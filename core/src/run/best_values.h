#pragma once

#include <filesystem>
#include <string>

#include "config/workflow.h"
#include "pipeline/registry.h"

namespace pipeline {

/// A stage as it runs, with the best values of a search.
struct ResolvedStage {
  StagePlan plan;
  std::string best_from{};          ///< the stage whose study was taken; empty: none
  std::string sentence{};           ///< "trial 12 of optimize: model.hidden_size = 64"; empty: none
  Value::Map slicing{};             ///< best values of the slicing, by path: "slice_windows.window"
  std::filesystem::path windows{};  ///< the windows sliced with them; empty: the stage's own input
};

/// Puts the best values of the study that a stage takes into its tables: over the shared tables, under the values of the stage itself and
/// of --set. Error (usage) if that study has not been run or has no complete trial.
[[nodiscard]] ResolvedStage with_best_values(const StagePlan& stage, const Workflow& workflow, const Registry& registry);

}  // namespace pipeline
