#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "train/fit_epoch_loss.h"
#include "train/loader.h"

namespace pipeline {

/// The epoch that is running.
struct FitEpoch {
  using Clock = std::chrono::steady_clock;

  std::unique_ptr<Loader::Pass> pass;
  EpochLoss losses;
  std::int64_t next = 0;      ///< index of the next batch to train, whatever was prefetched
  bool validated = false;     ///< in this epoch
  double seconds_before = 0;  ///< time spent in the epoch before the fit was interrupted
  Clock::time_point begin = Clock::now();

  [[nodiscard]] double seconds() const { return seconds_before + std::chrono::duration<double>(Clock::now() - begin).count(); }
};

}  // namespace pipeline
