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

/// The stages that `run` shall run. `stage` excludes the other two names.
struct Selection {
  std::string stage;    ///< this stage alone, on the results of earlier runs
  std::string from;     ///< this stage and all that depend on it; with `until`, those of them that lie on the way there
  std::string until;    ///< this stage and all that it depends on
  bool force = false;   ///< even if nothing changed
  bool resume = false;  ///< continue an interrupted run
};

/// The state of a stage.
struct StageStatus {
  const StagePlan* stage = nullptr;
  bool selected = true;
  bool up_to_date = false;
  std::vector<std::string> reasons;  ///< why it has to run; empty when it is up to date
};

/// runs/<name>
[[nodiscard]] std::filesystem::path run_folder_of(const Workflow& workflow);

/// The names of the selected stages; Error (usage) for an unknown one, with the nearest, and for a range without a stage.
[[nodiscard]] std::set<std::string> selected_stages(const Workflow& workflow, const Selection& selection);

/// A stage compared with its last result on disk, and the reasons to run it.
struct Examined {
  ResolvedStage resolved;
  StageKey key;
  std::optional<Manifest> last;
  std::vector<std::string> reasons;
};
/// Error (usage) naming a stage that gives an input and has not run yet.
[[nodiscard]] Examined examine_stage(const StagePlan& stage, const Workflow& workflow, const Registry& registry,
                                     const Selection& selection);

/// The folder of the files that outlive a killed run: StageContext::lasting.
[[nodiscard]] std::filesystem::path lasting_folder(const Workflow& workflow, const std::string& stage);

/// Whether a run of the stage wrote files after its last complete one, and did not end.
[[nodiscard]] bool has_interrupted_run(const Workflow& workflow, const std::string& stage);

/// All stages with what a run would do, in execution order.
[[nodiscard]] std::vector<StageStatus> plan_run(const Workflow& workflow, const Registry& registry, const Selection& selection);

/// The stages up to `stage` whose last results are not those of the workflow as it is, each with what differs: "[train] optimizer.lr
/// changed from 0.01 to 0.001". Another build or machine makes no difference here.
[[nodiscard]] std::vector<std::string> changes_since(const std::string& stage, const Workflow& workflow, const Registry& registry);
/// The same for the stages that were not asked for, and whose results a run of the selected ones takes as they are.
[[nodiscard]] std::vector<std::string> changes_not_asked_for(const std::set<std::string>& selected, const Workflow& workflow,
                                                             const Registry& registry);

}  // namespace pipeline
