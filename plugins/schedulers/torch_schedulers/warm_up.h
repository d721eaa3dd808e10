#pragma once

#include <memory>

#include "linear_lr.h"
#include "torch_scheduler.h"

namespace pipeline::scheduler::torch_schedulers {

/// A linear warm-up before another schedule, as torch.optim.lr_scheduler.SequentialLR of LinearLR and that schedule with one milestone. A
/// schedule that watches a metric starts to watch it after the warm-up.
class WarmUp final : public Scheduler {
 public:
  WarmUp(std::unique_ptr<TorchScheduler> schedule, std::int64_t steps, double start_factor, torch::optim::Optimizer& optimizer);

  [[nodiscard]] const SchedulerTiming& timing() const override { return schedule_->timing(); }
  void resolve(Trainer& trainer) override { schedule_->resolve(trainer); }
  void start(const TrainingLength& length) override;
  void step(std::optional<double> metric) override;
  [[nodiscard]] State state_dict() const override;
  void load_state_dict(const State& state) override;
  [[nodiscard]] State::Map group_entries(std::size_t group) const override { return schedule_->group_entries(group); }

 private:
  LinearLR rise_;
  std::unique_ptr<TorchScheduler> schedule_;
  std::int64_t steps_, done_ = 0;
};

}  // namespace pipeline::scheduler::torch_schedulers
