#pragma once

#include <filesystem>
#include <string>

#include "config/workflow.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"

namespace pipeline {

/// The checkpoint of a workflow's best model: the one that its evaluation chose or, with `wanted`, measured for that train stage; without
/// an evaluation, the best of the only train stage. The log names it, as a warning where the workflow or its results have changed since.
/// Error (usage) if there is none, or if nothing chooses among several.
[[nodiscard]] std::filesystem::path chosen_checkpoint(const Workflow& workflow, const Registry& registry, const std::string& wanted,
                                                      Log& log);

/// The train stage `wanted`; if that is empty, the only one. Error (usage) where there is none, or several.
[[nodiscard]] const StagePlan& train_stage(const Workflow& workflow, const Registry& registry, const std::string& wanted);

}  // namespace pipeline
