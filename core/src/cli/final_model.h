#pragma once

#include <optional>
#include <string>

#include "config/workflow.h"
#include "pipeline/data/final_record.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"

namespace pipeline {

/// A model that a stage `final` trained on all rows.
struct FinalModel {
  const StagePlan* stage = nullptr;
  FinalRecord record;
};

/// The workflow's stage of that name, or the first one if it is empty, that gives the artifact "final"; nullptr: there is none.
[[nodiscard]] const StagePlan* final_stage(const Workflow& workflow, const Registry& registry, const std::string& name = {});

/// What the workflow's stage `final` made of the model `name`, which was measured with `measured`. nullopt if there is no such stage, if it
/// has not run, if it has trained another model than this one, which the log warns of, or if this one has no checkpoint.
[[nodiscard]] std::optional<FinalModel> final_model(const Workflow& workflow, const Registry& registry, const std::string& name,
                                                    const std::filesystem::path& measured, Log& log);

/// "of stage final: the model of stage train, which evaluate chose, trained on all 400 rows"; `by`: the stage that chose it.
[[nodiscard]] std::string final_reason(const FinalModel& model, const std::string& by);

}  // namespace pipeline
