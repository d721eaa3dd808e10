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

/// Threads that prepare batches, at most `capacity` ahead, and return them in order.
class Prefetcher {
 public:
  /// Makes batch `index`; called from several threads, each with its own buffer.
  using Make = std::function<Batch(std::int64_t index, std::vector<std::int64_t>& scratch)>;

  struct Plan {
    std::int64_t first, batches;  ///< from batch `first` up to, not including, `batches`
    std::int64_t workers, capacity;
  };
  Prefetcher(Make make, const Plan& plan);
  /// Stops each worker after its current batch.
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// The next batch in order; nullopt after the last. Rethrows an exception from Make.
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
  std::vector<std::jthread> workers_;  // last member: stopped and joined before the others are destroyed
};

}  // namespace pipeline
