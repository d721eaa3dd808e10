#pragma once

#include <map>
#include <string>
#include <vector>

#include "workflows/workflow_fixture.h"

/// The results of a training that must not depend on how often it was stopped.
struct Trained {
  std::map<std::string, std::string> checkpoints;  ///< file name -> bytes
  std::string metrics_csv;
  std::vector<std::string> events;  ///< TensorBoard's records without their wall time, hyper-parameters (they hold times too) left out
  std::string train_json;           ///< without seconds

  friend bool operator==(const Trained&, const Trained&) = default;
};

/// A training with everything that must be restored: dropout, shuffling, prefetching workers, a scheduler, callbacks with memory, both
/// loggers; five epochs of 16 steps. It always runs in the same folder, since checkpoints contain paths.
class Training : public WorkflowFixture {
 public:
  Training();

  /// `pipeline run --until train` with more arguments.
  [[nodiscard]] Finished train(std::vector<std::string> more = {}) const;
  /// The same, stopped by a signal in a hook after `step` steps.
  [[nodiscard]] Finished train_until(int step, const std::string& hook, std::vector<std::string> more = {}, int signal = 9) const;
  [[nodiscard]] Trained result() const;
  /// Removes every training; the windows stay.
  void forget() const;
};
