#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <torch/optim/optimizer.h>

#include "pipeline/train/scheduler.h"

namespace pipeline::scheduler::torch_schedulers {

/// The counterpart of torch.optim.lr_scheduler.LRScheduler: counts steps and sets every parameter group's rate. Rates follow PyTorch's
/// recursive formulas in its order of operations, so that they are equal to the last bit.
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

  /// First part of start(), for a schedule that follows another one: takes the optimizer's rates as base rates.
  void prepare(const TrainingLength& length);
  /// Second part of start(): sets the schedule's first rates.
  void begin();
  [[nodiscard]] const std::vector<double>& last_rates() const { return last_rates_; }

 protected:
  /// Sets up everything that depends on the training's length or the optimizer; may replace the base rates.
  virtual void on_prepare(const TrainingLength&) {}
  /// Updates the schedule's own counters, before the rates of step last_epoch() (at least 1) are computed.
  virtual void on_step(std::optional<double>) {}
  /// The rate of a group at step 0, from its base rate.
  [[nodiscard]] virtual double first_rate(std::size_t group, double base) const = 0;
  /// The rate at step last_epoch() (at least 1), from the previous rate.
  [[nodiscard]] virtual double next_rate(std::size_t group, double base, double rate) const = 0;
  /// Called after the rates are set, at step 0 too.
  virtual void after_rates() {}
  /// Options and own counters, under PyTorch's attribute names; restore() reads the counters back.
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
  std::vector<double> base_rates_, last_rates_;  ///< for each parameter group; last_rates_: the rates that this schedule set last
  std::int64_t last_epoch_ = -1;                 ///< PyTorch's name: counts the schedule's steps, whatever its interval
  std::int64_t step_count_ = 1;                  ///< PyTorch counts the first rates as a step
};

/// The number of steps that the schedule makes in a training. Error (usage) if nothing limits the training, by the names of the component
/// and of its option.
[[nodiscard]] std::int64_t schedule_length(const std::string& component, const std::string& option, const SchedulerTiming& timing,
                                           const TrainingLength& length);
/// Numbers as a list, and back.
[[nodiscard]] State::List number_list(const std::vector<double>& numbers);
[[nodiscard]] std::vector<double> numbers_of(const State& list);

}  // namespace pipeline::scheduler::torch_schedulers
