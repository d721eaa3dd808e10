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

/// What a fit needs beside a checkpoint's content to go on as if it had never stopped.
struct FitPosition {
  FitProgress progress;
  std::map<std::string, double> metrics;
  bool stop_requested = false, pruned = false;
  std::string stop_reason, stopped_by;  ///< stopped_by: state_key of the callback that asked
  std::string best_checkpoint;
  std::map<std::string, double> best_metrics;  ///< of that checkpoint
  std::vector<EpochRecord> history;
  double learning_rate = 0;  ///< of the last batch

  std::int64_t batches_before = 0;  ///< of an epoch that another program began: to be left out of it

  /// In the middle of an epoch of ours; absent between two.
  struct Epoch {
    std::int64_t seed = 0, next = 0;  ///< of the pass's order; index of the batch that comes next
    LossSums losses;
    bool validated = false;
    double seconds = 0;
  };
  std::optional<Epoch> epoch;

  [[nodiscard]] State to_state() const;
  /// Error (training) for a state of another form.
  [[nodiscard]] static FitPosition from_state(const State& state);

  /// Where Lightning's counters (`loops`) say that a checkpoint stands; the beginning where there are none, with the weights it has. An
  /// epoch in which `train_batches` are done is over, whatever its length was.
  [[nodiscard]] static FitPosition from_checkpoint(const State& content, std::int64_t train_batches);
};

}  // namespace pipeline
