#include "warm_up.h"

#include <algorithm>
#include <utility>

#include "pipeline/errors.h"

namespace pipeline::scheduler::torch_schedulers {

WarmUp::WarmUp(std::unique_ptr<TorchScheduler> schedule, std::int64_t steps, double start_factor, torch::optim::Optimizer& optimizer)
    : rise_(LinearLR::Options{.start_factor = start_factor, .end_factor = 1, .total_iters = steps}, optimizer),
      schedule_(std::move(schedule)),
      steps_(steps) {}

void WarmUp::start(const TrainingLength& length) {
  schedule_->prepare({.steps = length.steps < 0 ? -1 : std::max<std::int64_t>(length.steps - steps_, 1)});
  rise_.start(length);
}

void WarmUp::step(std::optional<double> metric) {
  ++done_;
  if (done_ < steps_) {
    rise_.step(metric);
  } else if (done_ == steps_) {
    schedule_->begin();
  } else {
    schedule_->step(metric);
  }
}

State WarmUp::state_dict() const {
  return State::Map{{"_milestones", State::List{steps_}},
                    {"last_epoch", done_},
                    {"_last_lr", number_list((done_ < steps_ ? static_cast<const TorchScheduler&>(rise_) : *schedule_).last_rates())},
                    {"_schedulers", State::List{rise_.state_dict(), schedule_->state_dict()}}};
}

void WarmUp::load_state_dict(const State& state) {
  const State::List& parts = state.at("_schedulers").as_list();
  if (parts.size() != 2) {
    throw training_error("the scheduler's state has " + std::to_string(parts.size()) + " parts; a warm-up has two");
  }
  done_ = state.at("last_epoch").as_int();
  rise_.load_state_dict(parts[0]);
  schedule_->load_state_dict(parts[1]);
}

}  // namespace pipeline::scheduler::torch_schedulers
