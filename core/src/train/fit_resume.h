#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/torch/state.h"
#include "pipeline/train/fit.h"
#include "train/fit_epoch.h"
#include "train/trainer.h"

namespace pipeline {

/// The state that a fit needs beside a checkpoint's content to continue as if it had never stopped.
struct FitPosition {
  FitProgress progress;
  std::map<std::string, double> metrics;
  bool stop_requested = false, pruned = false;
  std::string stop_reason, stopped_by;  ///< stopped_by: state_key of the callback that asked to stop
  std::string best_checkpoint;
  std::map<std::string, double> best_metrics;  ///< of that checkpoint
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
  std::optional<Epoch> epoch;

  [[nodiscard]] State to_state() const;
  /// Error (training) for a state of another form.
  [[nodiscard]] static FitPosition from_state(const State& state);

  /// The position by a checkpoint's Lightning counters (`loops`). Without them training starts from the beginning with the checkpoint's
  /// weights. An epoch with `train_batches` batches done is over, whatever its length was.
  [[nodiscard]] static FitPosition from_checkpoint(const State& content, std::int64_t train_batches);
};

}  // namespace pipeline
