#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/workflow.h"
#include "pipeline/registry.h"
#include "run/best_values.h"
#include "run/manifest.h"
#include "run/stage_key.h"

namespace pipeline {

/// Which stages `run` is asked for. At most one of the names is set.
struct Selection {
  std::string stage;    ///< this one alone, on what earlier runs left
  std::string from;     ///< this one and all that depend on it
  std::string until;    ///< this one and all it depends on
  bool force = false;   ///< even where nothing changed
  bool resume = false;  ///< go on with what an interrupted run left
};

/// Where a stage stands.
struct StageStatus {
  const StagePlan* stage = nullptr;
  bool selected = true;
  bool up_to_date = false;
  std::vector<std::string> reasons;  ///< why it has to run; empty when it is up to date
};

/// runs/<name>
[[nodiscard]] std::filesystem::path run_folder_of(const Workflow& workflow);

/// The names of the selected stages; Error (usage) for an unknown one, with the nearest.
[[nodiscard]] std::set<std::string> selected_stages(const Workflow& workflow, const Selection& selection);

/// Whether a stage must run, from what lies on disk now.
struct Examined {
  ResolvedStage resolved;
  StageKey key;
  std::optional<Manifest> last;
  std::vector<std::string> reasons;
};
/// Error (usage) when a stage that gives an input has not run yet, naming it.
[[nodiscard]] Examined examine_stage(const StagePlan& stage, const Workflow& workflow, const Registry& registry,
                                     const Selection& selection);

/// Where a stage keeps what outlives a killed run: StageContext::lasting.
[[nodiscard]] std::filesystem::path lasting_folder(const Workflow& workflow, const std::string& stage);

/// All stages with what a run would do, in execution order.
[[nodiscard]] std::vector<StageStatus> plan_run(const Workflow& workflow, const Registry& registry, const Selection& selection);

}  // namespace pipeline
