#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/errors.h"
#include "pipeline/host/worker.h"
#include "pipeline/stage.h"

namespace pipeline::stage::optimize {

/// Processes that run a task of this stage at the same time. Their log messages are passed on.
class WorkerPool {
 public:
  struct Size {
    int workers = 1;
    int threads = 1;        ///< of each worker
    bool replaced = false;  ///< a worker that dies (killed, crashed) is replaced, unless many die and no trial ends
  };
  /// Starts the processes. `received` gets their messages on a thread of the pool.
  WorkerPool(const StageContext& context, Value task, Size size, std::function<void(const Value&)> received = {});

  /// Asks the running processes to stop, and waits for them.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Waits for the processes to end and calls `meanwhile` now and then; asks them to stop if the run is cancelled.
  void wait(const std::function<void()>& meanwhile);
  /// Why processes failed: sentences, each with the exit status of its Error. At most one for each worker.
  [[nodiscard]] const std::vector<Error>& failures() const { return failures_; }

 private:
  struct Worker {
    std::unique_ptr<StageWorker> process;
    std::jthread listener;  ///< last: it ends before the process that it listens to is destroyed
  };
  struct End {
    Worker* worker = nullptr;
    WorkerResult result{};
  };
  void start(Worker& worker);
  void listen(Worker& worker);
  void settle(const End& end);
  [[nodiscard]] bool takes_place_of_dead();
  [[nodiscard]] std::vector<End> take_ends();
  void interrupt();

  const StageContext& context_;
  Value task_;
  Size size_;
  std::function<void(const Value&)> received_;
  std::vector<Error> failures_;
  std::size_t running_ = 0;
  std::mutex guard_;  ///< guards the members that the listeners write: ends_ and deaths_in_a_row_
  std::vector<End> ends_;
  int deaths_in_a_row_ = 0;      ///< since a trial ended
  std::vector<Worker> workers_;  ///< last: its listeners end before the members that they use are destroyed
};

}  // namespace pipeline::stage::optimize
