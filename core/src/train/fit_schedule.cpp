#include "train/fit_schedule.h"

#include <algorithm>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// How often a scheduler that counts batches is stepped in an epoch's first `steps` optimizer steps, of `accumulated` batches each.
std::int64_t steps_within_epoch(const FitPlan& plan, std::int64_t accumulated, std::int64_t frequency, std::int64_t steps) {
  std::int64_t count = 0;
  for (std::int64_t step = 1; step <= steps; ++step) {
    const std::int64_t batches = std::min(step * accumulated, plan.train_batches);
    count += batches % frequency == 0 ? 1 : 0;
  }
  return count;
}

TrainingLength longest_training(const FitPlan& plan, std::int64_t accumulated, const SchedulerTiming& timing) {
  const std::int64_t of_epoch = std::max<std::int64_t>(1, (plan.train_batches + accumulated - 1) / accumulated);
  std::int64_t epochs = plan.max_epochs, rest = 0;  // whole epochs, and the steps of one that max_steps cuts short
  if (plan.max_steps >= 0 && (epochs < 0 || plan.max_steps / of_epoch < epochs)) {
    epochs = plan.max_steps / of_epoch;
    rest = plan.max_steps % of_epoch;
  }
  if (epochs < 0) return {};
  if (timing.interval == "epoch") return {.steps = std::max<std::int64_t>(1, epochs) / timing.frequency};
  return {.steps = epochs * steps_within_epoch(plan, accumulated, timing.frequency, of_epoch) +
                   steps_within_epoch(plan, accumulated, timing.frequency, rest)};
}

}  // namespace

void Schedule::start(const FitPlan& plan, std::int64_t accumulated) {
  if (scheduler_) call(scheduler_, "start", &Scheduler::start, longest_training(plan, accumulated, scheduler_->timing()));
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
