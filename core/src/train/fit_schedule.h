#pragma once

#include <cstdint>

#include "pipeline/train/scheduler.h"
#include "train/trainer.h"

namespace pipeline {

/// Steps a fit's scheduler at the same points as Lightning: without a monitor right after the optimizer, before any hook; with a monitor
/// after the validation.
class Schedule {
 public:
  /// `scheduler` must outlive this object. It may be nullptr: then all functions do nothing.
  explicit Schedule(const Component<Scheduler>& scheduler) : scheduler_(scheduler) {}
  /// Sets the first rates. `accumulated`: batches of one optimizer step.
  void start(const FitPlan& plan, std::int64_t accumulated);
  /// After batch `index` of an epoch; `stepped`: whether the optimizer stepped.
  void after_batch(FitTrainer& trainer, std::int64_t index, bool stepped);
  /// After the same batch's validation, if there was one.
  void after_validation(FitTrainer& trainer, std::int64_t index, bool stepped);
  /// After the epoch's last hook.
  void after_epoch(FitTrainer& trainer);

 private:
  enum class Monitoring { no, yes };
  /// Steps the scheduler if it has that monitoring and interval and its frequency divides `done`: batches or epochs, this one included.
  void step(FitTrainer& trainer, const char* interval, Monitoring monitoring, std::int64_t done);

  const Component<Scheduler>& scheduler_;
};

}  // namespace pipeline
