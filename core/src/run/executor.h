#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/workflow.h"
#include "pipeline/host/anew.h"
#include "pipeline/host/inner_run.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"
#include "pipeline/train/collective.h"
#include "run/plan.h"

namespace pipeline {

/// A stage's result, for the final output of `run`.
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

/// What the run of a workflow needs from the program.
struct RunServices {
  Log& log;
  const std::atomic<int>& cancel;  ///< the signal that asks to stop, else 0
  /// Starts a process that calls execute_worker for a stage; empty: stages get no workers.
  std::function<std::unique_ptr<StageWorker>(const std::string& stage, const Value& task, int threads)> start_worker{};
  /// The same for a stage of an inner run.
  std::function<std::unique_ptr<StageWorker>(const InnerRun& run, const std::string& stage, const Value& task, int threads)>
      start_inner_worker{};
  /// In such a process: sends a message to the parent.
  std::function<void(const Value& message)> send{};
  /// For stages that show the next forecast; empty: they get none.
  NextForecaster forecast_next{};
  /// The place of this process among those that a launcher started together; nullopt: it is alone.
  std::optional<Launch> launch{};
};

/// Runs the selected stages in order: each is locked, skipped if nothing changed, written to a folder beside its own and swapped in whole.
/// Appends to history.jsonl however the run ends, unless another run holds a stage. Of several ranks the first does all this; the others
/// only join it in stages that run on every rank. Throws the Error of the stage that failed, with the
/// stage named in its messages.
[[nodiscard]] RunOutcome execute(const Workflow& workflow, const Registry& registry, const Selection& selection,
                                 const RunServices& services);

/// Runs the workflow of an inner run, or some of its stages, for a stage of a run with these services.
void execute_inner(const Workflow& inner, const InnerRun& run, const Registry& registry, const RunServices& outer, Log& log);

/// Does a worker's part of a stage that another process runs.
void execute_worker(const Workflow& workflow, const Registry& registry, const std::string& stage, const Value& task,
                    const RunServices& services);

}  // namespace pipeline
