#include "cli/removed_on_signal.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace pipeline {

namespace {

constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach only static objects.
std::array<std::atomic<const char*>, 4> paths{};
std::atomic<std::size_t> count{0};
static_assert(std::atomic<const char*>::is_always_lock_free && std::atomic<std::size_t>::is_always_lock_free);

extern "C" void remove_and_end(int number) {
  for (std::size_t i = count.load(); i-- > 0;) {
    if (::unlink(paths.at(i).load()) != 0) static_cast<void>(::rmdir(paths.at(i).load()));
  }
  std::signal(number, SIG_DFL);
  std::raise(number);  // it ends the process once this handler returns
}

void replace_handlers(void (*from)(int), void (*to)(int)) {
  for (const int number : ending_signals) {
    struct sigaction now {};
    if (::sigaction(number, nullptr, &now) == 0 && now.sa_handler == from) std::signal(number, to);
  }
}

}  // namespace

RemovedOnSignal::RemovedOnSignal(std::string path) : path_(std::move(path)) {
  const std::size_t place = count.load();
  paths.at(place) = path_.c_str();
  count = place + 1;
  if (place == 0) replace_handlers(SIG_DFL, remove_and_end);
}

RemovedOnSignal::~RemovedOnSignal() {
  if (--count == 0) replace_handlers(remove_and_end, SIG_DFL);
}

}  // namespace pipeline
