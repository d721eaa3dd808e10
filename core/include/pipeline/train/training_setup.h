#pragma once

#include <cstdint>

#include "pipeline/data/windows.h"
#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/stage.h"
#include "pipeline/train/fit.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// Makes the components that the tables name: model (right after seeding torch, so that the seed alone decides its weights), loss,
/// optimizer, scheduler and callbacks. The caller sets loggers, folders and the start. A model without parameters, or with a closed form,
/// gets no optimizer. Error (usage) if a component's options do not go with another table.
[[nodiscard]] PIPELINE_EXPORT FitSpec make_fit_spec(const Registry& registry, const TrainingTables& tables, const Windows& windows,
                                                    std::int64_t seed);
/// Warns, in one line, of the columns of the windows that the model does not read: those known ahead, static ones, words.
PIPELINE_EXPORT void warn_of_ignored_inputs(const FitSpec& spec, const Windows& windows, Log& log);
/// The RunContext of a fit on one device, from the workflow's settings.
[[nodiscard]] PIPELINE_EXPORT RunContext make_run_context(const StageContext& context, Log& log);

}  // namespace pipeline
