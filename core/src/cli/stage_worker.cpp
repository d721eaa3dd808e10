#include "cli/stage_worker.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <utility>

#include "base/child_process.h"
#include "base/crash_sentence.h"
#include "cli/host.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "run/cancel.h"
#include "run/executor.h"
#include "run/inner_workflow.h"

namespace pipeline {

namespace {

class WorkerProcess final : public StageWorker {
 public:
  explicit WorkerProcess(std::vector<std::string> words) : process_("/proc/self/exe", std::move(words)) {}

  std::optional<Value> next() override {
    std::string line;
    constexpr std::chrono::hours as_long_as_it_takes{24};
    for (;;) {
      switch (process_.next(line, as_long_as_it_takes)) {
        case ChildProcess::Read::line:
          return from_json(line, "a worker's message");
        case ChildProcess::Read::closed:
          return std::nullopt;
        case ChildProcess::Read::timeout:
          continue;
      }
    }
  }
  void interrupt() override { process_.interrupt(); }
  WorkerEnd end() override {
    ChildEnd end = process_.end();
    return {.failure = std::move(end.failure), .by_signal = end.by_signal};
  }

 private:
  ChildProcess process_;
};

/// Sends a worker's messages to its parent, which has the terminal.
class WorkerLog final : public Log {
 public:
  void debug(std::string_view) override {}
  void info(std::string_view message) override { send("info", message); }
  void warning(std::string_view message) override { send("warning", message); }
  [[nodiscard]] bool is_terminal() const override { return false; }
  [[nodiscard]] int terminal_width() const override { return 80; }
  void status_line(std::string_view) override {}

  static void send(const char* level, std::string_view message) {
    static_cast<void>(answer_parent(Value::Map{{level, std::string(message)}}));
  }
  static int end_with(std::string_view message, ExitStatus status) {
    static_cast<void>(answer_parent(Value::Map{{"error", std::string(message)}, {"status", static_cast<int>(status)}}));
    return static_cast<int>(status);
  }
};

void add_options(po::options_description& options) {
  options.add_options()("stage", po::value<std::string>())("task", po::value<std::string>())("parent", po::value<std::string>())(
      "inner", po::value<std::string>())("set", po::value<std::vector<std::string>>()->composing());
}

int work(const Invocation& invocation) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // the parent may be killed
  if (std::to_string(::getppid()) != invocation.text("parent")) return static_cast<int>(ExitStatus::interrupted);  // it was, before that
  tell_crashes(CrashReader::parent);
  WorkerLog log;
  const CancelGuard cancel;
  try {
    Host host;
    Workflow workflow = load_workflow(host, invocation, log);
    if (const std::string run = invocation.text("inner"); !run.empty())
      workflow = inner_workflow(workflow, host.registry, InnerRun::from_value(from_json(run, "the worker's inner run")));
    const RunServices services{.log = log,
                               .cancel = cancel.signal(),
                               .start_worker = {},
                               .start_inner_worker = inner_worker_starter(invocation),
                               .send = [](const Value& message) { static_cast<void>(answer_parent(message)); }};
    execute_worker(workflow, host.registry, invocation.text("stage"), from_json(invocation.text("task"), "the worker's task"), services);
    return 0;
  } catch (const Error& error) {
    return WorkerLog::end_with(error.what(), error.status());
  } catch (...) {
    return WorkerLog::end_with(words_of_exception(), ExitStatus::unexpected);
  }
}

/// The command line of a process with this one's workflow.
std::vector<std::string> words_of(const Invocation& invocation) {
  std::vector<std::string> words{stage_worker_verb().name, invocation.text("input-argument"), "--parent", std::to_string(::getpid())};
  for (const std::string& set : invocation.texts("set")) words.insert(words.end(), {"--set", set});
  for (const std::filesystem::path& folder : invocation.plugin_paths) words.insert(words.end(), {"--plugin-path", folder.string()});
  return words;
}

std::unique_ptr<StageWorker> start(std::vector<std::string> words, const std::string& stage, const Value& task, int threads) {
  words.insert(words.end(), {"--set", "threads=" + std::to_string(threads), "--stage", stage, "--task", to_json(task)});
  return std::make_unique<WorkerProcess>(std::move(words));
}

}  // namespace

std::function<std::unique_ptr<StageWorker>(const std::string&, const Value&, int)> worker_starter(const Invocation& invocation) {
  return [words = words_of(invocation)](const std::string& stage, const Value& task, int threads) {
    return start(words, stage, task, threads);
  };
}

std::function<std::unique_ptr<StageWorker>(const InnerRun&, const std::string&, const Value&, int)> inner_worker_starter(
    const Invocation& invocation) {
  return [words = words_of(invocation)](const InnerRun& run, const std::string& stage, const Value& task, int threads) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--inner", to_json(run.to_value())});
    return start(std::move(all), stage, task, threads);
  };
}

Verb stage_worker_verb() { return {"stage-worker", "WORKFLOW.toml", "a process that works on a stage of a run", &add_options, &work}; }

}  // namespace pipeline
