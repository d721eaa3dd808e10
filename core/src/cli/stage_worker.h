#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/verb.h"
#include "pipeline/stage.h"

namespace pipeline {

/// How a run starts processes that work on its stages: this program again, with the same workflow, --set and plugin folders.
[[nodiscard]] std::function<std::unique_ptr<StageWorker>(const std::string& stage, const Value& task, int threads)> worker_starter(
    const Invocation& invocation);

/// The word that makes the program such a process; not shown in --help.
[[nodiscard]] Verb stage_worker_verb();

}  // namespace pipeline
