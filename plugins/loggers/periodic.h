#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace pipeline {

/// Calls a function on a thread of its own, every `interval` and after poke(), so that a logger writes without delaying a step. The
/// destructor waits for a running call and makes no further one. The function must not throw.
class Periodic {
 public:
  Periodic(std::chrono::milliseconds interval, std::function<void()> work)
      : work_(std::move(work)), thread_([this, interval](const std::stop_token& stop) { loop(stop, interval); }) {}

  /// Calls the function soon instead of at the end of the interval. It costs a system call: use it for a long queue, not for every record.
  void poke() {
    {
      const std::lock_guard lock(mutex_);
      poked_ = true;
    }
    wake_.notify_one();
  }

 private:
  void loop(const std::stop_token& stop, std::chrono::milliseconds interval) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      wake_.wait_for(lock, stop, interval, [this] { return poked_; });
      if (stop.stop_requested()) return;
      poked_ = false;
      lock.unlock();
      work_();
      lock.lock();
    }
  }

  std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool poked_ = false;
  std::jthread thread_;  // last: starts after the other members are made, ends before they are destroyed
};

}  // namespace pipeline
