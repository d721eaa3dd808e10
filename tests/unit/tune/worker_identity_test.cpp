#include "tune/worker_identity.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace pipeline;

TEST_CASE("a worker is gone once its process has ended, and not before") {
  CHECK_FALSE(is_gone(this_worker()));
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string name = this_worker();
    ::_exit(::write(ends[1], name.data(), name.size()) < 0 ? 1 : 0);
  }
  char name[256];
  const ssize_t length = ::read(ends[0], name, sizeof name);
  REQUIRE(length > 0);
  ::waitpid(child, nullptr, 0);
  CHECK(is_gone(std::string(name, static_cast<std::size_t>(length))));
}

TEST_CASE("nothing is known about a worker on another machine, or with a name of another kind") {
  CHECK_FALSE(is_gone("another-boot 4026531836 1 1"));
  CHECK_FALSE(is_gone("optuna"));
  CHECK_FALSE(is_gone(""));
}
