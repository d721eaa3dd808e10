#pragma once

#include <string>
#include <vector>

#include "pipeline/errors.h"
#include "pipeline/export.h"
#include "pipeline/host/tier.h"
#include "pipeline/stage.h"

namespace pipeline {

/// How the work of a worker ended.
struct WorkerResult {
  WorkerEnd end{};
  std::vector<std::string> errors{};  ///< its sentences
  ExitStatus status = ExitStatus::unexpected;
};

/// Takes a message of a worker: its sentences go to `log`, its errors into `result`.
PIPELINE_EXPORT void take_message(const Value& message, Log& log, WorkerResult& result);
/// Waits for the end of a stage's only worker. Its messages go to the log of the run; it is asked to stop once the run is.
[[nodiscard]] PIPELINE_EXPORT WorkerResult wait_for(StageWorker& worker, const StageContext& context);

}  // namespace pipeline
