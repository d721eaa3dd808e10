#include "torch_scheduler.h"

#include "pipeline/errors.h"

namespace pipeline::scheduler::torch_schedulers {

void TorchScheduler::prepare(const TrainingLength& length) {
  base_rates_ = last_rates_ = rates();
  on_prepare(length);
}

void TorchScheduler::begin() {
  last_epoch_ = 0;
  auto& groups = optimizer_.param_groups();
  for (std::size_t g = 0; g < groups.size(); ++g) groups[g].options().set_lr(first_rate(g, base_rates_[g]));
  last_rates_ = rates();
  after_rates();
}

void TorchScheduler::step(std::optional<double> metric) {
  ++step_count_;
  ++last_epoch_;
  on_step(metric);
  auto& groups = optimizer_.param_groups();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    groups[g].options().set_lr(next_rate(g, base_rates_[g], groups[g].options().get_lr()));
  }
  last_rates_ = rates();
  after_rates();
}

std::vector<double> TorchScheduler::rates() const {
  std::vector<double> rates;
  for (const auto& group : optimizer_.param_groups()) rates.push_back(group.options().get_lr());
  return rates;
}

State TorchScheduler::state_dict() const {
  State::Map state = attributes();
  state.insert(state.end(), {{"base_lrs", number_list(base_rates_)},
                             {"last_epoch", last_epoch_},
                             {"_step_count", step_count_},
                             {"_is_initial", false},
                             {"_get_lr_called_within_step", false},
                             {"_last_lr", number_list(last_rates_)}});
  return state;
}

void TorchScheduler::load_state_dict(const State& state) {
  std::vector<double> base = numbers_of(state.at("base_lrs"));
  if (base.size() != base_rates_.size()) {
    throw training_error("the scheduler's state is of " + std::to_string(base.size()) + " parameter groups, the optimizer has " +
                         std::to_string(base_rates_.size()));
  }
  base_rates_ = std::move(base);
  last_rates_ = numbers_of(state.at("_last_lr"));
  last_epoch_ = state.at("last_epoch").as_int();
  step_count_ = state.at("_step_count").as_int();
  restore(state);
}

State::Map TorchScheduler::group_entries(std::size_t group) const { return {{"initial_lr", base_rates_.at(group)}}; }

std::int64_t schedule_length(const std::string& component, const std::string& option, const SchedulerTiming& timing,
                             const TrainingLength& length) {
  if (length.steps > 0) return length.steps;
  throw usage_error(component + ": nothing says how many steps of the scheduler the training has: set " + option +
                    ", or [trainer] max_epochs" + (timing.frequency > 1 ? ", or lower frequency" : ""));
}

State::List number_list(const std::vector<double>& numbers) { return {numbers.begin(), numbers.end()}; }

std::vector<double> numbers_of(const State& list) {
  std::vector<double> numbers;
  for (const State& item : list.as_list()) numbers.push_back(item.as_double());
  return numbers;
}

}  // namespace pipeline::scheduler::torch_schedulers
