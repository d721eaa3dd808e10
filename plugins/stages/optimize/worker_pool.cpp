#include "worker_pool.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "pipeline/data/text.h"

namespace pipeline::stage::optimize {

WorkerPool::WorkerPool(const StageContext& context, const Value& task, int count, std::function<void(const Value&)> received)
    : context_(context), received_(std::move(received)) {
  const int threads = std::max(1, context.settings.threads / count);
  for (int i = 0; i < count; ++i) workers_.push_back(context.start_worker(task, threads));
  running_ = workers_.size();
  for (const std::unique_ptr<StageWorker>& worker : workers_) listeners_.emplace_back([this, &worker] { listen(*worker); });
}

WorkerPool::~WorkerPool() {
  for (const std::unique_ptr<StageWorker>& worker : workers_) worker->interrupt();
}

void WorkerPool::listen(StageWorker& worker) {
  std::vector<std::string> said;
  auto status = ExitStatus::unexpected;
  while (const std::optional<Value> message = worker.next()) {
    if (const Value* text = message->find("info")) context_.log.info(text->as_string());
    if (const Value* text = message->find("warning")) context_.log.warning(text->as_string());
    if (const Value* text = message->find("error")) said.push_back(text->as_string());
    if (const Value* number = message->find("status")) status = static_cast<ExitStatus>(number->as_int());
    if (received_) received_(*message);
  }
  const std::string failure = worker.failure();
  const std::scoped_lock lock(guard_);
  if (!failure.empty()) failures_.emplace_back(status, said.empty() ? "a worker ended " + failure : join(said, "; "));
  --running_;
}

bool WorkerPool::all_ended() {
  const std::scoped_lock lock(guard_);
  return running_ == 0;
}

void WorkerPool::wait(const std::function<void()>& meanwhile) {
  constexpr std::chrono::milliseconds between_looks{200};
  bool asked = false;
  while (!all_ended()) {
    if (context_.cancelled() && !std::exchange(asked, true)) {
      for (const std::unique_ptr<StageWorker>& worker : workers_) worker->interrupt();
    }
    meanwhile();
    std::this_thread::sleep_for(between_looks);
  }
}

}  // namespace pipeline::stage::optimize
