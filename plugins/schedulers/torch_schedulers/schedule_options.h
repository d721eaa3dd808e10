#pragma once

#include <memory>
#include <utility>

#include "pipeline/options.h"
#include "pipeline/train/scheduler.h"
#include "warm_up.h"

/// Options that the schedulers share besides PyTorch's: Lightning's lr_scheduler config, and the warm-up.
namespace pipeline::scheduler::torch_schedulers {

template <class O>
[[nodiscard]] constexpr auto interval_option() {
  return option("interval", &O::interval, "Step the scheduler after every optimizer step, or after every epoch.")
      .choices({"epoch", "step"});
}

template <class O>
[[nodiscard]] constexpr auto frequency_option() {
  return option("frequency", &O::frequency, "Epochs, or batches of an epoch, between two steps of the scheduler.").at_least(1);
}

template <class O>
[[nodiscard]] constexpr auto warmup_steps_option() {
  return option(
             "warmup_steps", &O::warmup_steps,
             "Steps of the scheduler (see interval) in which the rate rises linearly to the optimizer's; the schedule begins after them.")
      .at_least(0);
}

template <class O>
[[nodiscard]] constexpr auto warmup_start_factor_option() {
  return option("warmup_start_factor", &O::warmup_start_factor, "The warm-up's first rate, as a share of the optimizer's.")
      .above(0)
      .at_most(1);
}

/// Makes `Impl(Options, optimizer)`, after a warm-up if the options ask for one.
template <class Impl>
[[nodiscard]] std::unique_ptr<Scheduler> make_with_warmup(const Value& given, torch::optim::Optimizer& optimizer) {
  const auto options = bind_options<typename Impl::Options>(given);
  auto scheduler = std::make_unique<Impl>(options, optimizer);
  if (options.warmup_steps == 0) return scheduler;
  return std::make_unique<WarmUp>(std::move(scheduler), options.warmup_steps, options.warmup_start_factor, optimizer);
}

}  // namespace pipeline::scheduler::torch_schedulers
