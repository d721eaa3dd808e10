#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "pipeline/torch/batch.h"

namespace pipeline {

/// Threads that make batches ahead, at most `capacity` of them, and hand them over in order.
class Prefetcher {
 public:
  /// Makes batch `index`; called from several threads, each with a buffer of its own.
  using Make = std::function<Batch(std::int64_t index, std::vector<std::int64_t>& scratch)>;

  struct Plan {
    std::int64_t first, batches;  ///< from batch `first` up to, not including, `batches`
    std::int64_t workers, capacity;
  };
  Prefetcher(Make make, const Plan& plan);
  /// Stops the workers after the batch they are at.
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// The next batch in order; nullopt after the last. Rethrows what making it threw.
  [[nodiscard]] std::optional<Batch> next();

 private:
  struct Slot {
    std::optional<Batch> batch;
    std::exception_ptr error;
    bool ready = false;
  };
  void work(const std::stop_token& stop);

  Make make_;
  std::int64_t batches_;
  std::mutex mutex_;
  std::condition_variable_any made_, taken_;
  std::vector<Slot> ring_;  ///< batch i lies in slot i % capacity
  std::int64_t claimed_, delivered_;
  std::vector<std::jthread> workers_;  // last: stopped and joined before the rest goes
};

}  // namespace pipeline
