#include "train/fit_schedule.h"

#include <algorithm>

#include "pipeline/errors.h"

namespace pipeline {

void Schedule::start(const FitPlan& plan, std::int64_t accumulated) {
  if (!scheduler_) return;
  TrainingLength length{.epochs = plan.max_epochs, .steps = -1};
  if (plan.max_epochs >= 0) length.steps = plan.max_epochs * ((plan.train_batches + accumulated - 1) / accumulated);
  if (plan.max_steps >= 0) length.steps = length.steps < 0 ? plan.max_steps : std::min(length.steps, plan.max_steps);
  call(scheduler_, "start", &Scheduler::start, length);
}

void Schedule::after_batch(FitTrainer& trainer, std::int64_t index, bool stepped) {
  if (!scheduler_) return;
  if (stepped) step(trainer, "step", Monitoring::no, index + 1);
  if (index + 1 == trainer.plan().train_batches) step(trainer, "epoch", Monitoring::no, trainer.current_epoch() + 1);
}

void Schedule::after_validation(FitTrainer& trainer, std::int64_t index, bool stepped) {
  if (scheduler_ && stepped) step(trainer, "step", Monitoring::yes, index + 1);
}

void Schedule::after_epoch(FitTrainer& trainer) {
  if (!scheduler_ || trainer.state.progress.batches_in_epoch != trainer.plan().train_batches) return;
  step(trainer, "epoch", Monitoring::yes, trainer.current_epoch() + 1);
}

void Schedule::step(FitTrainer& trainer, const char* interval, Monitoring monitoring, std::int64_t done) {
  const SchedulerTiming& timing = scheduler_->timing();
  const bool monitors = !timing.monitor.empty();
  if (monitors != (monitoring == Monitoring::yes) || timing.interval != interval || done % timing.frequency != 0) return;
  std::optional<double> metric;
  if (monitors) {
    const auto& metrics = trainer.callback_metrics();
    const auto found = metrics.find(timing.monitor);
    if (found == metrics.end()) {
      if (!timing.strict) return;
      throw usage_error("[scheduler] monitors \"" + timing.monitor + "\", which has not been measured yet at step " +
                        std::to_string(trainer.global_step()) +
                        ": let `frequency` be that of the validation ([trainer] check_val_every_n_epoch), or set strict = false");
    }
    metric = found->second;
  }
  call(scheduler_, "step", &Scheduler::step, metric);
  ++trainer.state.progress.scheduler_steps;
  ++trainer.state.progress.scheduler_steps_in_epoch;
}

}  // namespace pipeline
