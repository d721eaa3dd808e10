#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <torch/optim/optimizer.h>

#include "pipeline/train/scheduler.h"

namespace pipeline::scheduler::torch_schedulers {

/// What torch.optim.lr_scheduler.LRScheduler does for its kind: it counts steps and sets every parameter group's rate. Rates follow
/// PyTorch's recursive formulas, in its order of operations, so that they are equal to the last bit.
class TorchScheduler : public Scheduler {
 public:
  TorchScheduler(torch::optim::Optimizer& optimizer, SchedulerTiming timing) : optimizer_(optimizer), timing_(std::move(timing)) {}

  [[nodiscard]] const SchedulerTiming& timing() const final { return timing_; }
  void start(const TrainingLength& length) final {
    prepare(length);
    begin();
  }
  void step(std::optional<double> metric) final;
  [[nodiscard]] State state_dict() const override;
  void load_state_dict(const State& state) override;
  [[nodiscard]] State::Map group_entries(std::size_t group) const override;

  /// start() in two parts, for a schedule that another one precedes: remembers the optimizer's rates as base rates ...
  void prepare(const TrainingLength& length);
  /// ... and sets its own first ones.
  void begin();
  /// The rates that this schedule set last.
  [[nodiscard]] const std::vector<double>& last_rates() const { return last_rates_; }

 protected:
  /// Whatever depends on the training's length or the optimizer; may replace the base rates.
  virtual void on_prepare(const TrainingLength&) {}
  /// Own counters, before the rates of step last_epoch() (at least 1) are asked for.
  virtual void on_step(std::optional<double>) {}
  /// The rate of a group at step 0, from its base rate.
  [[nodiscard]] virtual double first_rate(std::size_t group, double base) const = 0;
  /// The rate at step last_epoch(), at least 1, from the one before.
  [[nodiscard]] virtual double next_rate(std::size_t group, double base, double rate) const = 0;
  /// After the rates are set, at step 0 too.
  virtual void after_rates() {}
  /// Options and own counters, under PyTorch's attribute names; and the counters back.
  [[nodiscard]] virtual State::Map attributes() const = 0;
  virtual void restore(const State&) {}

  [[nodiscard]] torch::optim::Optimizer& optimizer() const { return optimizer_; }
  [[nodiscard]] std::int64_t last_epoch() const { return last_epoch_; }
  void set_last_epoch(std::int64_t step) { last_epoch_ = step; }
  void set_last_rates(std::vector<double> rates) { last_rates_ = std::move(rates); }
  [[nodiscard]] std::vector<double>& base_rates() { return base_rates_; }
  [[nodiscard]] const std::vector<double>& base_rates() const { return base_rates_; }

 private:
  [[nodiscard]] std::vector<double> rates() const;

  torch::optim::Optimizer& optimizer_;
  SchedulerTiming timing_;
  std::vector<double> base_rates_, last_rates_;  ///< of each parameter group; what this schedule set last
  std::int64_t last_epoch_ = -1;                 ///< PyTorch's name: steps of the schedule, whatever its interval
  std::int64_t step_count_ = 1;                  ///< PyTorch counts the first rates as a step
};

/// Steps that a scheduler of that timing makes in a training; nothing where nothing limits it. With the names of a component and its
/// option: Error (usage) then.
[[nodiscard]] std::optional<std::int64_t> schedule_length(const SchedulerTiming& timing, const TrainingLength& length);
[[nodiscard]] std::int64_t schedule_length(const std::string& component, const std::string& option, const SchedulerTiming& timing,
                                           const TrainingLength& length);
/// Numbers as a list, and back.
[[nodiscard]] State::List number_list(const std::vector<double>& numbers);
[[nodiscard]] std::vector<double> numbers_of(const State& list);

}  // namespace pipeline::scheduler::torch_schedulers
