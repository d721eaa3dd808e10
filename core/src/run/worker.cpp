#include "pipeline/host/worker.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace pipeline {

void take_message(const Value& message, Log& log, WorkerResult& result) {
  if (const Value* text = message.find("info")) log.info(text->as_string());
  if (const Value* text = message.find("warning")) log.warning(text->as_string());
  if (const Value* text = message.find("error")) result.errors.push_back(text->as_string());
  if (const Value* number = message.find("status")) result.status = static_cast<ExitStatus>(number->as_int());
}

WorkerResult wait_for(StageWorker& worker, const StageContext& context) {
  constexpr std::chrono::milliseconds between_looks{100};
  WorkerResult result;
  std::mutex guard;
  std::condition_variable ended;
  bool is_over = false;
  const std::jthread listener([&] {
    while (const std::optional<Value> message = worker.next()) take_message(*message, context.log, result);
    result.end = worker.end();
    const std::lock_guard lock(guard);
    is_over = true;
    ended.notify_one();
  });
  std::unique_lock lock(guard);
  bool asked = false;
  while (!ended.wait_for(lock, between_looks, [&] { return is_over; })) {
    if (context.cancelled() && !std::exchange(asked, true)) worker.interrupt();
  }
  return result;
}

}  // namespace pipeline
