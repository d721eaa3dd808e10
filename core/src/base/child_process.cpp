#include "base/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/file_descriptor.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// How a process ended, from its wait status.
std::string in_words(std::optional<int> status) {
  if (!status) return "in a way that the system does not tell";
  return WIFSIGNALED(*status) ? std::string("by ") + ::strsignal(WTERMSIG(*status))
                              : "with exit status " + std::to_string(WEXITSTATUS(*status));
}

}  // namespace

ChildProcess::ChildProcess(const std::filesystem::path& program, std::vector<std::string> words) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw system_failure("cannot make a pipe for", program.string(), errno);
  read_end_ = ends[0];
  const int error = spawn(program, words, ends[1]);
  ::close(ends[1]);
  if (error != 0) {
    ::close(read_end_);
    throw system_failure("cannot start", program.string(), error);
  }
}

ChildProcess::~ChildProcess() {
  ::close(read_end_);
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  static_cast<void>(wait());
}

ChildProcess::Read ChildProcess::next(std::string& line, std::chrono::seconds patience) {
  for (;;) {
    if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
      line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return Read::line;
    }
    pollfd wait{read_end_, POLLIN, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(std::chrono::milliseconds(patience).count()));
    if (ready == 0) return Read::timeout;
    if (ready < 0 && errno == EINTR) continue;
    char chunk[1 << 16];
    const ssize_t got = ::read(read_end_, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Read::closed;
    buffer_.append(chunk, static_cast<std::size_t>(got));
  }
}

void ChildProcess::interrupt() const {
  if (const pid_t process = process_.load(); process > 0) ::kill(process, SIGINT);
}

std::string ChildProcess::end_in_words() { return in_words(wait()); }

ChildEnd ChildProcess::end() {
  const std::optional<int> status = wait();
  return {.failure = status == 0 ? "" : in_words(status), .by_signal = status && WIFSIGNALED(*status)};
}

std::optional<int> ChildProcess::wait() {
  int status = 0;
  pid_t ended = -1;
  do ended = ::waitpid(process_, &status, 0);
  while (ended < 0 && errno == EINTR);
  process_ = -1;
  return ended < 0 ? std::nullopt : std::optional(status);
}

int ChildProcess::spawn(const std::filesystem::path& program, std::vector<std::string>& words, int write_end) {
  words.insert(words.begin(), program.string());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (const int silent : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::posix_spawn_file_actions_addopen(&actions, silent, "/dev/null", O_RDWR, 0);
  ::posix_spawn_file_actions_adddup2(&actions, write_end, result_descriptor);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  // A process group of its own: a terminal's Ctrl-C reaches only the owner, which decides what the child does.
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t process = -1;
  const int error = ::posix_spawn(&process, program.c_str(), &actions, &attributes, argv.data(), environ);
  if (error == 0) process_ = process;
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

bool answer_parent(const Value& value) { return write_all(result_descriptor, to_json(value) + "\n") == 0; }

}  // namespace pipeline
