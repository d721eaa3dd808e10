#include "base/child_process.h"

#include <doctest/doctest.h>

#include <csignal>

using namespace pipeline;

TEST_CASE("an end that the system does not tell is a failure, not a success") {
  const auto before = std::signal(SIGCHLD, SIG_IGN);  // the system then keeps no exit status
  ChildProcess child("/bin/true", {});
  const ChildEnd end = child.end();
  std::signal(SIGCHLD, before);
  CHECK(end.failure == "in a way that the system does not tell");
  CHECK_FALSE(end.by_signal);
}

TEST_CASE("a child's exit status and signal are told") {
  CHECK(ChildProcess("/bin/true", {}).end().failure.empty());
  CHECK(ChildProcess("/bin/false", {}).end().failure == "with exit status 1");
  const ChildEnd killed = ChildProcess("/bin/sh", {"-c", "kill -KILL $$"}).end();
  CHECK(killed.failure == "by Killed");
  CHECK(killed.by_signal);
}
