#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "cli/verb.h"
#include "config/workflow.h"
#include "pipeline/host/anew.h"
#include "pipeline/registry.h"

namespace pipeline {

/// The forecaster for the stages of a run: `pipeline predict` in a process of its own, on the source of the workflow's series.
/// The arguments outlive it; `cancel`: the signal that asks to stop, else 0.
[[nodiscard]] NextForecaster next_forecaster(const Invocation& invocation, const Workflow& workflow, const Registry& registry,
                                             const std::atomic<int>& cancel);

/// The verb of that process, which is not among all_verbs().
[[nodiscard]] Verb forecast_worker_verb();

}  // namespace pipeline
