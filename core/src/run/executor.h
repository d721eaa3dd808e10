#pragma once

#include <atomic>
#include <functional>
#include <memory>
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

/// What runs of a workflow need from the program around them.
struct RunServices {
  Log& log;
  const std::atomic<int>& cancel;  ///< the signal that asks to stop, else 0
  /// Starts a process that calls execute_worker for a stage; empty: stages have to do without.
  std::function<std::unique_ptr<StageWorker>(const std::string& stage, const Value& task, int threads)> start_worker{};
  /// In such a process: to whoever started it.
  std::function<void(const Value& message)> send{};
};

/// Runs the selected stages in order: each is locked, skipped where nothing changed, filled in a folder beside its own and swapped in
/// whole. Appends to history.jsonl whatever happens. Throws the Error of the stage that failed, its messages naming the stage.
[[nodiscard]] RunOutcome execute(const Workflow& workflow, const Registry& registry, const Selection& selection,
                                 const RunServices& services);

/// Does a worker's part of a stage that another process runs.
void execute_worker(const Workflow& workflow, const Registry& registry, const std::string& stage, const Value& task,
                    const RunServices& services);

}  // namespace pipeline
