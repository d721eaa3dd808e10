#pragma once

#include <string>

#include "config/workflow.h"
#include "pipeline/host/inner_run.h"
#include "pipeline/registry.h"

namespace pipeline {

/// The workflow of an inner run: the stages that it asks for and all whose artifacts they take, with their options and split changed. Best
/// values of a search are written into the tables of the stages that take them; where the search found another slicing, a stage of its own,
/// <stage>_windows, slices so. Trained models keep their files below the run's folder, loggers are left out, and so are outputs beside the
/// artifacts (Schema::without_outputs). The tables of `with_outputs` keep theirs: that stage runs in the place of another one.
///
/// Error (usage) if a stage is not in the workflow, has no such option, or takes the best of a search that has not run.
[[nodiscard]] Workflow inner_workflow(const Workflow& workflow, const Registry& registry, const InnerRun& run,
                                      const std::string& with_outputs = {});

}  // namespace pipeline
