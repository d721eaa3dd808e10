#pragma once

#include "pipeline/stage.h"
#include "trial_run.h"

namespace pipeline::stage::optimize {

/// Trials at once that train most batches in a second on this machine, as measured for a few seconds each: 1, 2, 4, ... up to one a thread.
[[nodiscard]] int fastest_worker_count(StageContext& context);
/// A worker's part of that: trains the workflow's model for a while and sends {"batches_per_second": ...}.
void measure_speed(StageContext& context, const TrialRunner& runner);

}  // namespace pipeline::stage::optimize
