// What the program inherits from the process that starts it: closed descriptors, signals that are ignored, limits.
#include <doctest/doctest.h>

#include <csignal>
#include <string>

#include "workflows/search_fixture.h"
#include "workflows/workflow_fixture.h"

namespace {

const std::string pipeline_file = BUILD_DIR "/bin/pipeline";

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;  // the sanitizer opens descriptors of its own to look at memory, and fails without
#else
constexpr bool sanitized = false;
#endif

/// Runs the program from a shell, as `before` leaves it: "ulimit -f 8".
Finished run_after(const WorkflowFixture& fixture, const std::string& before, const std::string& arguments) {
  return Program("/bin/sh", {"-c", before + "; exec " + pipeline_file + " " + arguments}, fixture.path()).wait();
}

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "with stdin, stdout and stderr closed a run writes the same files") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const pipeline::Value expected = json("runs/small/evaluate/manifest.json").at("outputs");
  const std::string series = json("runs/small/preprocess/manifest.json").at("output_hash").as_string();
  const std::string windows = json("runs/small/slice_windows/manifest.json").at("output_hash").as_string();
  std::filesystem::remove_all(path() / "runs");
  std::filesystem::remove_all(path() / "lightning_logs");
  const Finished closed = run_after(*this, "exec <&- >&- 2>&-", "run workflow.toml");
  CHECK(closed.status == 0);
  CHECK(json("runs/small/evaluate/manifest.json").at("outputs") == expected);
  CHECK(json("runs/small/preprocess/manifest.json").at("output_hash") == pipeline::Value(series));
  CHECK(json("runs/small/slice_windows/manifest.json").at("output_hash") == pipeline::Value(windows));
}

TEST_CASE_FIXTURE(WorkflowFixture, "killed workers are seen though the parent ignores SIGCHLD") {
  workflow(search);
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  Program searching(
      pipeline_file,
      {"run", "workflow.toml", "--until", "optimize", "--set", "stages.optimize.workers=2", "--set", "stages.optimize.n_trials=40"},
      path());
  std::signal(SIGCHLD, before);
  REQUIRE_MESSAGE(searching.says("    1  complete"), searching.err_so_far());
  const std::vector<pid_t> workers = children_of(searching.process());
  REQUIRE(workers.size() == 2);
  ::kill(workers.front(), SIGKILL);
  const Finished end = searching.wait();
  CHECK_MESSAGE(end.status == 0, end.err);
  CHECK(contains(end.err, "a worker ended by Killed: another one takes its place"));
  CHECK(outcomes(json("runs/small/optimize/study.json")).size() == 40);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a limit on the size of files is an error with its cure") {
  workflow("");
  const Finished limited = run_after(*this, "ulimit -f 4", "run workflow.toml");  // 2 KiB
  CHECK(limited.status == 1);
  CHECK_MESSAGE(contains(limited.err, ": File too large: raise the limit on the size of a file (ulimit -f)"), limited.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a run goes on where its log cannot grow, and says so once") {
  workflow("");
  std::filesystem::create_directories(path() / "runs/small");
  write("runs/small/run.log", "");
  std::filesystem::resize_file(path() / "runs/small/run.log", 1 << 20);
  const Finished limited = run_after(*this, "ulimit -f 1024", "run workflow.toml");  // 512 KiB
  CHECK_MESSAGE(limited.status == 0, limited.err);
  const std::string warning =
      "run.log: File too large: raise the limit on the size of a file (ulimit -f); the run goes on without its log\n";
  CHECK_MESSAGE(contains(limited.err, warning), limited.err);
  CHECK(limited.err.find(warning) == limited.err.rfind(warning));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a limit on open files is told with its cure, and no plugin is blamed" * doctest::skip(sanitized)) {
  workflow("");
  const Finished limited = run_after(*this, "ulimit -n 10", "run workflow.toml");
  CHECK(limited.status == 1);
  CHECK_MESSAGE(contains(limited.err, ": Too many open files: raise the limit on open files (ulimit -n), or lower workers"), limited.err);
  CHECK_FALSE(contains(limited.err, "error: plugin "));
}
