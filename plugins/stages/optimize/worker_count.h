#pragma once

#include "optimize_options.h"
#include "pipeline/stage.h"

namespace pipeline::stage::optimize {

/// The threads of one trial; `share`: its part of the run's threads. With a lag of 2 or more the number does not depend on the workers,
/// because a training's last digits may depend on its threads.
[[nodiscard]] int threads_of_trial(const OptimizeOptions& options, int share);

/// The number of processes that run trials. Measures for some seconds if the options ask for the fastest.
[[nodiscard]] int count_workers(StageContext& context, const OptimizeOptions& options);

}  // namespace pipeline::stage::optimize
