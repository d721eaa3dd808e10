#pragma once

#include "torch_scheduler.h"

namespace pipeline::scheduler::torch_schedulers {

/// The rate goes linearly from start_factor to end_factor of the base rate in total_iters steps.
class LinearLR final : public TorchScheduler {
 public:
  struct Options {
    double start_factor, end_factor;
    std::int64_t total_iters;
  };
  LinearLR(const Options& options, torch::optim::Optimizer& optimizer, SchedulerTiming timing = {})
      : TorchScheduler(optimizer, std::move(timing)), options_(options) {}

 private:
  [[nodiscard]] double first_rate(std::size_t group, double base) const override;
  [[nodiscard]] double next_rate(std::size_t group, double base, double rate) const override;
  [[nodiscard]] State::Map attributes() const override;

  Options options_;
};

}  // namespace pipeline::scheduler::torch_schedulers
