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

/// The longest a fit can train.
struct TrainingLength {
  std::int64_t steps = -1;  ///< of the scheduler, by its timing(); -1: no limit
};

/// When a fit steps a scheduler, in the terms of Lightning's lr_scheduler config.
struct SchedulerTiming {
  std::string interval = "epoch";  ///< epoch | step
  std::int64_t frequency = 1;      ///< number of epochs, or of batches within an epoch, from one step to the next
  std::string monitor{};           ///< the metric that step() gets; such a scheduler steps after the validation. Empty: none
  bool strict = true;              ///< a missing metric is an error; false: that step is skipped
};

/// Changes an optimizer's learning rates (and momenta) while a fit trains.
class PIPELINE_EXPORT Scheduler {
 public:
  virtual ~Scheduler();
  /// Sets options that depend on the training (mode = "auto"), as Callback::resolve() does. Called before start(), perhaps several times.
  virtual void resolve(Trainer& trainer);
  [[nodiscard]] virtual const SchedulerTiming& timing() const = 0;
  /// Sets the rates of the first step. Called once, before step() and the state functions. Error (usage) if the options do not fit the
  /// optimizer or the training.
  virtual void start(const TrainingLength& length) = 0;
  /// Sets the rates of the next step or epoch. `metric`: the latest value of timing().monitor.
  virtual void step(std::optional<double> metric) = 0;
  /// The state in the form of PyTorch's scheduler of the same name, so that Lightning can continue the training.
  [[nodiscard]] virtual State state_dict() const = 0;
  /// Loads a state of its own or of PyTorch. The current rates belong to the optimizer's state, not to this one.
  virtual void load_state_dict(const State& state) = 0;
  /// For checkpoints: the entries that PyTorch's scheduler keeps in the optimizer's parameter group `group` ("initial_lr").
  [[nodiscard]] virtual State::Map group_entries(std::size_t group) const;
};

template <>
struct Kind<Scheduler> {
  static constexpr const char* name = "scheduler";
  using Factory = std::unique_ptr<Scheduler>(const Value& options, torch::optim::Optimizer& optimizer);
};

}  // namespace pipeline
