#pragma once

#include <vector>

#include "fold_plan.h"
#include "pipeline/host/inner_run.h"
#include "pipeline/stage.h"

namespace pipeline::stage::backtest {

/// Runs folds, each in a process of its own, `workers` at once with as many threads each as their part of the run's. Where no process can
/// be started they run here, one after the other. Folds that are up to date take a moment. What they say goes to run.log in their folders.
///
/// Throws the Error that ended a fold, with its cutoff named; the folds that run then are asked to stop. Finished folds are kept.
void run_folds(const std::vector<Fold>& folds, int workers, const InnerRunner& runner, StageContext& context);

/// The part of a worker process: runs the fold of a task.
void run_fold_of(const Value& task, const InnerRunner& runner);

}  // namespace pipeline::stage::backtest
