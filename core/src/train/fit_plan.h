#pragma once

#include <cstdint>

#include "pipeline/train/training.h"

namespace pipeline {

/// Lightning's limits, resolved against the number of batches.
struct FitPlan {
  std::int64_t max_epochs = 0, min_epochs = 0, max_steps = -1;  ///< -1: no limit
  std::int64_t train_batches = 0, val_batches = 0;              ///< of one epoch, of one validation
  std::int64_t sanity_batches = 0;
  std::int64_t check_val_every_n_epoch = 1;
  std::int64_t val_check_batch = 1;  ///< training batches between two validations of an epoch
  bool fast_dev_run = false;

  [[nodiscard]] bool validates(std::int64_t epoch) const { return val_batches > 0 && (epoch + 1) % check_val_every_n_epoch == 0; }
  /// Whether a validation is due after batch `index` of an epoch that validates.
  [[nodiscard]] bool validates_after(std::int64_t index) const { return (index + 1) % val_check_batch == 0; }
};

/// Error (usage) for limits outside their range, or for a share of less than one batch.
[[nodiscard]] FitPlan plan_fit(const TrainerOptions& options, std::int64_t train_batches, std::int64_t val_batches);
/// Number of batches of fast_dev_run; 0: it is off. Error (usage) for a value that is neither a bool nor an integer of at least 0.
[[nodiscard]] std::int64_t fast_dev_run_batches(const TrainerOptions& options);

}  // namespace pipeline
