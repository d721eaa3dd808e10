#include "run/cancel.h"

#include <csignal>

namespace pipeline {

namespace {

// A signal handler can reach only a static object; all other code gets a reference to it.
std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void on_signal(int number) {
  received.store(number, std::memory_order_relaxed);
  std::signal(number, SIG_DFL);
}

}  // namespace

CancelGuard::CancelGuard() {
  received = 0;
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

CancelGuard::~CancelGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

const std::atomic<int>& CancelGuard::signal() const { return received; }

}  // namespace pipeline
