#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/errors.h"
#include "pipeline/stage.h"

namespace pipeline::stage::optimize {

/// Processes that run a task of this stage at the same time. Their log messages are passed on.
class WorkerPool {
 public:
  /// Starts `count` processes, each with its share of the threads. `received` gets their messages on a thread of the pool.
  WorkerPool(const StageContext& context, const Value& task, int count, std::function<void(const Value&)> received = {});

  /// Asks the running processes to stop, and waits for them.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Waits for the processes to end and calls `meanwhile` now and then; asks them to stop if the run is cancelled.
  void wait(const std::function<void()>& meanwhile);
  /// Why processes failed: sentences, each with the exit status of its Error.
  [[nodiscard]] const std::vector<Error>& failures() const { return failures_; }

 private:
  void listen(StageWorker& worker);
  [[nodiscard]] bool all_ended();

  const StageContext& context_;
  std::function<void(const Value&)> received_;
  std::vector<std::unique_ptr<StageWorker>> workers_;
  std::mutex guard_;  ///< guards the members that the listeners write: running_ and failures_
  std::size_t running_ = 0;
  std::vector<Error> failures_;
  std::vector<std::jthread> listeners_;  ///< last: they end before the members that they use are destroyed
};

}  // namespace pipeline::stage::optimize
