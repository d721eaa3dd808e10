#pragma once

#include <cstdint>

#include "pipeline/data/windows.h"
#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/stage.h"
#include "pipeline/train/fit.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// Makes what the tables name: model (right after seeding torch, so that its weights follow from the seed alone), loss, optimizer,
/// scheduler and callbacks. Loggers, folders and where to start from are left to the caller. A model without parameters has no optimizer.
[[nodiscard]] PIPELINE_EXPORT FitSpec make_fit_spec(const Registry& registry, const TrainingTables& tables, const Windows& windows,
                                                    std::int64_t seed);
/// How the workflow's settings want a fit to run, on one device.
[[nodiscard]] PIPELINE_EXPORT RunContext make_run_context(const StageContext& context, Log& log);

}  // namespace pipeline
