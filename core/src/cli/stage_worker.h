#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/verb.h"
#include "pipeline/host/inner_run.h"
#include "pipeline/stage.h"

namespace pipeline {

/// Starts processes that work on a run's stages: this program again, with the same workflow, --set and plugin folders.
[[nodiscard]] std::function<std::unique_ptr<StageWorker>(const std::string& stage, const Value& task, int threads)> worker_starter(
    const Invocation& invocation);

/// The same for the stages of inner runs.
[[nodiscard]] std::function<std::unique_ptr<StageWorker>(const InnerRun& run, const std::string& stage, const Value& task, int threads)>
inner_worker_starter(const Invocation& invocation);

/// The hidden verb that makes the program such a process.
[[nodiscard]] Verb stage_worker_verb();

}  // namespace pipeline
