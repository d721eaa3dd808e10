#include "worker_pool.h"

#include <chrono>
#include <optional>
#include <utility>

#include "pipeline/data/text.h"

namespace pipeline::stage::optimize {

namespace {

/// This many deaths in a row are not chance: all workers have the same problem.
constexpr int most_deaths_in_a_row = 10;

}  // namespace

WorkerPool::WorkerPool(const StageContext& context, Value task, Size size, std::function<void(const Value&)> received)
    : context_(context),
      task_(std::move(task)),
      size_(size),
      received_(std::move(received)),
      workers_(static_cast<std::size_t>(size.workers)) {
  try {
    for (Worker& worker : workers_) start(worker);
  } catch (...) {
    interrupt();  // the ones that run
    throw;
  }
  running_ = workers_.size();
}

WorkerPool::~WorkerPool() { interrupt(); }

void WorkerPool::interrupt() {
  for (const Worker& worker : workers_) {
    if (worker.process) worker.process->interrupt();
  }
}

void WorkerPool::start(Worker& worker) {
  worker.listener = {};  // of the process before, which has ended
  worker.process = context_.start_worker(task_, size_.threads);
  worker.listener = std::jthread([this, &worker] { listen(worker); });
}

void WorkerPool::listen(Worker& worker) {
  End end{.worker = &worker};
  while (const std::optional<Value> message = worker.process->next()) {
    take_message(*message, context_.log, end.result);
    if (message->find("trial_ended")) {
      const std::scoped_lock lock(guard_);
      deaths_in_a_row_ = 0;
    }
    if (received_) received_(*message);
  }
  end.result.end = worker.process->end();
  const std::scoped_lock lock(guard_);
  ends_.push_back(std::move(end));
}

std::vector<WorkerPool::End> WorkerPool::take_ends() {
  const std::scoped_lock lock(guard_);
  return std::exchange(ends_, {});
}

bool WorkerPool::takes_place_of_dead() {
  if (!size_.replaced || context_.cancelled()) return false;
  const std::scoped_lock lock(guard_);
  return ++deaths_in_a_row_ < most_deaths_in_a_row;
}

void WorkerPool::settle(const End& end) {
  const std::string what = end.result.errors.empty() ? "a worker ended " + end.result.end.failure : join(end.result.errors, "; ");
  if (end.result.end.by_signal && takes_place_of_dead()) {  // an error would meet another worker too
    context_.log.warning(what + ": another one takes its place");
    return start(*end.worker);
  }
  --running_;
  if (end.result.end.failure.empty()) return;
  const bool in_vain = end.result.end.by_signal && size_.replaced && !context_.cancelled();
  failures_.emplace_back(end.result.status,
                         what + (in_vain ? "; no other one takes its place, after " + std::to_string(most_deaths_in_a_row) +
                                               " in a row of which none ended a trial"
                                         : ""));
}

void WorkerPool::wait(const std::function<void()>& meanwhile) {
  constexpr std::chrono::milliseconds between_looks{200};
  bool asked = false;
  for (;;) {
    for (const End& end : take_ends()) settle(end);
    if (running_ == 0) return;
    if (context_.cancelled() && !std::exchange(asked, true)) interrupt();
    meanwhile();
    std::this_thread::sleep_for(between_looks);
  }
}

}  // namespace pipeline::stage::optimize
