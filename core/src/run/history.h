#pragma once

#include <filesystem>
#include <vector>

#include "config/workflow.h"
#include "pipeline/registry.h"
#include "pipeline/value.h"

namespace pipeline {

/// runs/<name>/history.jsonl: one line of JSON for every run, appended.
void append_history(const std::filesystem::path& run_folder, const Value& record);
/// Past runs, oldest first. A line that is no record of a run is left out: a crash cut it off, or another program wrote it.
[[nodiscard]] std::vector<Value> read_history(const std::filesystem::path& run_folder);

/// Every option of a workflow that is not at its default, flat: {"train.optimizer.lr": 0.01}. Runs are compared by these.
[[nodiscard]] Value given_options(const Workflow& workflow, const Registry& registry);

}  // namespace pipeline
