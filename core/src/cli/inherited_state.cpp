#include "cli/inherited_state.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// open(2) gives the lowest free number: in this order it is the closed one.
void open_closed_descriptors() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(number, F_GETFD) >= 0) continue;
    if (::open("/dev/null", O_RDWR) != number) throw system_failure("cannot open", "/dev/null", errno);
  }
}

}  // namespace

void repair_inherited_state() {
  open_closed_descriptors();
  std::signal(SIGCHLD, SIG_DFL);
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace pipeline
