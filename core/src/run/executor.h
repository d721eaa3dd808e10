#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "config/workflow.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"
#include "run/plan.h"

namespace pipeline {

/// What a stage left, for the closing words of `run`.
struct StageResult {
  std::string stage, type;
  bool ran = false;  ///< false: it was up to date
  double seconds = 0;
  Value summary{Value::Map{}};
};

struct RunOutcome {
  std::vector<StageResult> stages;
  double seconds = 0;
};

/// Runs the selected stages in order: each is locked, skipped where nothing changed, filled in a folder beside its own and swapped in
/// whole. Appends to history.jsonl whatever happens. Throws the Error of the stage that failed, its messages naming the stage.
[[nodiscard]] RunOutcome execute(const Workflow& workflow, const Registry& registry, const Selection& selection, Log& log,
                                 const std::atomic<int>& cancel);

}  // namespace pipeline
