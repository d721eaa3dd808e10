#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <torch/optim/optimizer.h>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/torch/state.h"
#include "pipeline/train/tier.h"

namespace pipeline {

class Trainer;

/// How long a fit trains at most; -1 where nothing limits it.
struct TrainingLength {
  std::int64_t epochs = -1, steps = -1;  ///< steps: of the optimizer
};

/// When a fit steps a scheduler, as Lightning's lr_scheduler config says it.
struct SchedulerTiming {
  std::string interval = "epoch";  ///< epoch | step
  std::int64_t frequency = 1;      ///< every so many epochs, or batches of an epoch
  std::string monitor{};           ///< the metric that step() is given, empty: none; such a scheduler steps after the validation
  bool strict = true;              ///< a missing metric is an error; false: that step is left out
};

/// Changes an optimizer's learning rates (and momenta) while a fit trains.
class PIPELINE_EXPORT Scheduler {
 public:
  virtual ~Scheduler();
  /// Settles options that depend on the training (mode = "auto"), as Callback::resolve() does. Called before start(), perhaps several
  /// times.
  virtual void resolve(Trainer& trainer);
  [[nodiscard]] virtual const SchedulerTiming& timing() const = 0;
  /// Sets what the first step trains with; called once, before anything else. Error (usage) where the options don't fit the optimizer or
  /// the training.
  virtual void start(const TrainingLength& length) = 0;
  /// Sets what the next step, or epoch, trains with. `metric`: the latest value of timing().monitor.
  virtual void step(std::optional<double> metric) = 0;
  /// What the scheduler of that name in PyTorch gives as state_dict(), so that Lightning trains on.
  [[nodiscard]] virtual State state_dict() const = 0;
  /// Takes a state of its own or PyTorch's; the optimizer's rates are the optimizer's own state.
  virtual void load_state_dict(const State& state) = 0;
  /// What PyTorch's scheduler keeps in the optimizer's parameter group of that index ("initial_lr"), for checkpoints.
  [[nodiscard]] virtual State::Map group_entries(std::size_t group) const;
};

template <>
struct Kind<Scheduler> {
  static constexpr const char* name = "scheduler";
  using Factory = std::unique_ptr<Scheduler>(const Value& options, torch::optim::Optimizer& optimizer);
};

}  // namespace pipeline
