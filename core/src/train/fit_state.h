#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/data/training_record.h"
#include "pipeline/torch/state.h"
#include "train/fit_epoch_loss.h"

namespace pipeline {

/// The progress of a fit, as Lightning's counters.
struct FitProgress {
  std::int64_t epochs_started = 0, epochs_processed = 0, epochs_completed = 0;
  std::int64_t steps = 0;                                ///< optimizer steps done
  std::int64_t batches_that_stepped = 0;                 ///< the step for loggers: one less than `steps` within a batch
  std::int64_t batches = 0, batches_in_epoch = 0;        ///< training batches done
  std::int64_t steps_in_epoch = 0, val_batches_run = 0;  ///< of the current epoch, of the last validation
  std::int64_t scheduler_steps = 0, scheduler_steps_in_epoch = 0;
};

/// Where a fit stands and what it found so far: with the states of model, optimizer, scheduler, callbacks and loggers, all that it needs to
/// continue as if it had never stopped. A resume point holds it.
struct FitState {
  FitProgress progress;
  std::map<std::string, double> metrics;  ///< may lack a loss that is still on a GPU, unlike callback_metrics()
  bool stop_requested = false, pruned = false;
  std::string stop_reason, stopped_by;  ///< stopped_by: state_key of the first callback that asked to stop
  std::string best_checkpoint;
  std::map<std::string, double> best_metrics;  ///< of that checkpoint: losses of training and the logged validation
  std::vector<EpochRecord> history;
  double learning_rate = 0;  ///< of the last batch

  std::int64_t batches_before = 0;  ///< batches of the epoch that another program has trained already: this fit skips them

  /// The position within an epoch that this program began; absent between two epochs.
  struct Epoch {
    std::int64_t seed = 0, next = 0;  ///< seed of the pass's order; index of the next batch
    LossSums losses;
    bool validated = false;
    double seconds = 0;
  };
  std::optional<Epoch> epoch;  ///< set while the state is saved: FitEpoch runs it
  State generators;            ///< of torch, likewise: generator_states()

  /// Takes back a wish to stop that min_epochs overruled.
  void forget_stop() {
    stop_requested = false;
    stop_reason.clear();
    stopped_by.clear();
  }
  [[nodiscard]] State to_state() const;
  /// Error (training) for a state of another form.
  [[nodiscard]] static FitState from_state(const State& state);
};

}  // namespace pipeline
