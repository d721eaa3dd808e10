#include "train/fit_schedule.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace pipeline {
namespace {

/// Keeps the length that it is started with.
class Recording final : public Scheduler {
 public:
  explicit Recording(SchedulerTiming timing) : timing_(std::move(timing)) {}
  [[nodiscard]] const SchedulerTiming& timing() const override { return timing_; }
  void start(const TrainingLength& length) override { steps = length.steps; }
  void step(std::optional<double>) override {}
  [[nodiscard]] State state_dict() const override { return State::Map{}; }
  void load_state_dict(const State&) override {}
  std::int64_t steps = -2;

 private:
  SchedulerTiming timing_;
};

std::int64_t length_of(const FitPlan& plan, std::int64_t accumulated, const SchedulerTiming& timing) {
  auto made = std::make_unique<Recording>(timing);
  const Recording& recording = *made;
  const Component<Scheduler> scheduler(std::move(made));
  Schedule(scheduler).start(plan, accumulated);
  return recording.steps;
}

/// The same, counted batch by batch as the fit does.
std::int64_t counted(const FitPlan& plan, std::int64_t accumulated, std::int64_t frequency) {
  std::int64_t steps = 0, scheduled = 0;
  for (std::int64_t epoch = 0; epoch < plan.max_epochs; ++epoch) {
    for (std::int64_t done = 1; done <= plan.train_batches; ++done) {
      if (done % accumulated != 0 && done != plan.train_batches) continue;
      if (done % frequency == 0) ++scheduled;
      if (++steps == plan.max_steps) return scheduled;
    }
  }
  return scheduled;
}

}  // namespace

TEST_CASE("a schedule is as long as the steps that the fit makes of it, whatever is accumulated and counted") {
  for (const std::int64_t batches : {1, 2, 7, 17, 34}) {
    for (const std::int64_t accumulated : {1, 2, 3, 5}) {
      for (const std::int64_t frequency : {1, 2, 3}) {
        for (const std::int64_t max_steps : {-1, 3, 11, 1000}) {
          const FitPlan plan{.max_epochs = 4, .max_steps = max_steps, .train_batches = batches};
          CAPTURE(batches);
          CAPTURE(accumulated);
          CAPTURE(frequency);
          CAPTURE(max_steps);
          CHECK(length_of(plan, accumulated, {.interval = "step", .frequency = frequency}) == counted(plan, accumulated, frequency));
        }
      }
    }
  }
}

TEST_CASE("epochs are counted to the end of the training, max_steps included; without a limit there is no length") {
  const SchedulerTiming epochs{.interval = "epoch", .frequency = 2};
  CHECK(length_of({.max_epochs = 9, .max_steps = -1, .train_batches = 10}, 1, epochs) == 4);
  CHECK(length_of({.max_epochs = 9, .max_steps = 65, .train_batches = 10}, 1, epochs) == 3);
  CHECK(length_of({.max_epochs = -1, .max_steps = -1, .train_batches = 10}, 1, epochs) == -1);
  CHECK(length_of({.max_epochs = -1, .max_steps = 40, .train_batches = 10}, 1, {.interval = "step"}) == 40);
}

}  // namespace pipeline
