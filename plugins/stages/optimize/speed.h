#pragma once

#include "optimize_options.h"
#include "pipeline/stage.h"
#include "trial_run.h"

namespace pipeline::stage::optimize {

/// The number of parallel trials, at most `most`, that train the most batches a second here. Tries 1, 2, 4, ... up to one a thread, a few
/// seconds each.
[[nodiscard]] int fastest_worker_count(StageContext& context, const OptimizeOptions& options, int most);
/// A worker's part of the measurement: trains the workflow's model for a while and sends {"batches_per_second": ...}.
void measure_speed(StageContext& context, const TrialRunner& runner);

}  // namespace pipeline::stage::optimize
