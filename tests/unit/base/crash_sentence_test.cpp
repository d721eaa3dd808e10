#include "base/crash_sentence.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/child_process.h"
#include "base/now_running.h"
#include "data/mapped_file.h"
#include "pipeline/data/files.h"
#include "pipeline/host/component_call.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;  // tell_crashes does nothing
#else
constexpr bool sanitized = false;
#endif

struct Ended {
  int signal = 0, status = -1;
  std::string said;
};

/// Runs `work` in a process of its own, which reports how it crashed.
Ended crash(CrashReader reader, int descriptor, const std::function<void()>& work) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], descriptor);
    for (const int number : {SIGSEGV, SIGABRT, SIGBUS}) std::signal(number, SIG_DFL);  // doctest has handlers of its own
    tell_crashes(reader);
    work();
    ::_exit(0);
  }
  ::close(ends[1]);
  Ended ended;
  char text[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], text, sizeof text)) > 0;) ended.said.append(text, static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
  return ended;
}

}  // namespace

TEST_CASE("a crash while no component runs is the program's own" * doctest::skip(sanitized)) {
  const Ended ended = crash(CrashReader::user, STDERR_FILENO, [] { ::raise(SIGBUS); });
  CHECK(ended.signal == SIGBUS);
  CHECK(ended.said ==
        "error: the program crashed (SIGBUS) while no component ran: this is a fault of the program itself; report it with the command "
        "that led to it\n");
}

TEST_CASE("a crash in a loader's thread names the loader and the stage" * doctest::skip(sanitized)) {
  const Ended ended = crash(CrashReader::user, STDERR_FILENO, [] {
    const RunningStage stage("train");
    std::thread([] {
      const Running running(nullptr, "the loader");
      ::raise(SIGBUS);
    }).join();
  });
  CHECK(ended.signal == SIGBUS);
  CHECK(
      ended.said ==
      "error: the program crashed (SIGBUS) while the loader ran in stage \"train\": run the same command under a debugger to see where\n");
}

TEST_CASE("threads that crash together are reported once" * doctest::skip(sanitized)) {
  const Ended ended = crash(CrashReader::user, STDERR_FILENO, [] {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([] { ::raise(SIGSEGV); });
  });
  CHECK(ended.signal == SIGSEGV);
  CHECK(ended.said.find("error: ") == 0);
  CHECK(ended.said.find('\n') + 1 == ended.said.size());
}

TEST_CASE("a worker's sentence is a message that its parent can read, whatever the names in it" * doctest::skip(sanitized)) {
  ComponentInfo info;
  info.kind = "model";
  info.name = std::string(5000, '"') + "\xff";
  const Ended ended = crash(CrashReader::parent, result_descriptor, [&] {
    const Running running(&info, "forward");
    ::raise(SIGSEGV);
  });
  CHECK(ended.signal == SIGSEGV);
  REQUIRE(ended.said.ends_with("\n"));
  const Value message = from_json(ended.said, "the message");
  CHECK(message.at("status") == Value(1));
  CHECK(message.at("error").as_string().starts_with("a worker crashed (SIGSEGV) while model \"\"\""));
}

TEST_CASE("a mapped file that becomes shorter while it is read is a mistake in the data" * doctest::skip(sanitized)) {
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "data.csv";
  write_text(file, std::string(100'000, 'x'));
  const auto read_beyond_the_end = [&] {
    const MappedFile mapped(file);
    REQUIRE(::truncate(file.c_str(), 10) == 0);
    volatile std::byte last = mapped.bytes().back();
    static_cast<void>(last);
  };
  const std::string sentence =
      file.string() + " became shorter while it was read, or its disk fails: run again when nothing writes into it any more";
  const Ended told_user = crash(CrashReader::user, STDERR_FILENO, read_beyond_the_end);
  CHECK(told_user.status == 4);
  CHECK(told_user.said == "error: " + sentence + "\n");
  write_text(file, std::string(100'000, 'x'));
  const Ended told_parent = crash(CrashReader::parent, result_descriptor, read_beyond_the_end);
  CHECK(told_parent.status == 4);
  CHECK(from_json(told_parent.said, "the message") == Value(Value::Map{{"status", 4}, {"error", sentence}}));
}

TEST_CASE("a mapped file that cannot be written is named" * doctest::skip(sanitized)) {
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "values.npy";
  const Ended ended = crash(CrashReader::user, STDERR_FILENO, [&] {
    const MappedOutput mapped(file, 100'000);
    REQUIRE(::truncate(file.c_str(), 10) == 0);
    mapped.data()[99'999] = std::byte{1};
  });
  CHECK(ended.status == 1);
  CHECK(ended.said ==
        "error: " + file.string() + " could not be written: its disk is full or fails, or another program made the file shorter\n");
}
