#include "fold_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <fstream>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/worker.h"

namespace pipeline::stage::backtest {

namespace {

/// Writes what a fold says into its folder.
class FoldLog final : public Log {
 public:
  explicit FoldLog(const std::filesystem::path& folder) {
    make_folder(folder);
    out_.open(folder / "run.log", std::ios::app);  // a later run finds the fold done: what it said stays
  }
  void debug(std::string_view) override {}
  void info(std::string_view message) override { write("", message); }
  void warning(std::string_view message) override { write("warning: ", message); }
  [[nodiscard]] bool is_terminal() const override { return false; }
  [[nodiscard]] int terminal_width() const override { return 80; }
  void status_line(std::string_view) override {}

 private:
  void write(const char* level, std::string_view message) {
    const std::lock_guard lock(guard_);
    out_ << level << message << '\n' << std::flush;
  }

  std::mutex guard_;
  std::ofstream out_;
};

Error of_fold(const Fold& fold, ExitStatus status, const std::vector<std::string>& messages) {
  std::vector<std::string> named;
  const bool of_its_rows = status == ExitStatus::data;
  for (const std::string& message : messages)
    named.push_back(fold.name + ": " +
                    (of_its_rows
                         ? closed_sentence(message) + " Its splits are counted from the cutoff: another step_size, n_windows or gap "
                                                      "moves them"
                         : message));
  return {status, std::move(named)};
}

Error interruption() { return {ExitStatus::interrupted, "interrupted; run the same command to go on: finished folds are kept"}; }

/// The folds that are yet to run, and what ended one.
class Folds {
 public:
  Folds(const std::vector<Fold>& folds, int threads, StageContext& context) : folds_(folds), threads_(threads), context_(context) {}

  /// The work of one thread.
  void work() {
    for (std::size_t i = next_++; i < folds_.size(); i = next_++) {
      try {
        run(folds_[i]);
      } catch (...) {  // of a thread: rethrow() throws it
        const std::lock_guard lock(guard_);
        if (!failure_) failure_ = std::current_exception();
        next_ = folds_.size();
        for (StageWorker* worker : running_) worker->interrupt();
      }
    }
  }
  void rethrow() const {
    if (context_.cancelled()) throw interruption();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void run(const Fold& fold) {
    if (context_.cancelled()) throw interruption();
    const auto start = std::chrono::steady_clock::now();
    const std::unique_ptr<StageWorker> worker = context_.start_worker(Value::Map{{"run", fold.run.to_value()}}, threads_);
    const WorkerResult result = wait(*worker);
    if (context_.cancelled()) throw interruption();
    if (!result.errors.empty()) throw of_fold(fold, result.status, result.errors);
    if (!result.end.failure.empty())
      throw of_fold(fold, ExitStatus::unexpected,
                    {"its process ended " + result.end.failure + "; run the same command to go on: finished folds are kept" +
                     (result.end.by_signal ? ". If the system killed it for its memory, write a smaller number of workers" : "")});
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const std::size_t done = ++done_;
    context_.log.info(fold.name + ": " + std::to_string(done) + " of " + std::to_string(folds_.size()) + " folds, " +
                      format_short(seconds.count()) + " s");
  }

  /// Waits for a worker, which another fold's failure interrupts.
  WorkerResult wait(StageWorker& worker) {
    struct Running {
      Folds& folds;
      StageWorker* worker;
      ~Running() {
        const std::lock_guard lock(folds.guard_);
        std::erase(folds.running_, worker);
      }
    };
    {
      const std::lock_guard lock(guard_);
      running_.push_back(&worker);
      if (failure_) worker.interrupt();
    }
    const Running running{*this, &worker};
    return wait_for(worker, context_);
  }

  const std::vector<Fold>& folds_;
  int threads_;
  StageContext& context_;
  std::atomic<std::size_t> next_ = 0, done_ = 0;
  std::mutex guard_;
  std::vector<StageWorker*> running_;
  std::exception_ptr failure_;
};

}  // namespace

void run_folds(const std::vector<Fold>& folds, int workers, const InnerRunner& runner, StageContext& context) {
  if (!context.start_worker) {
    for (const Fold& fold : folds) {
      FoldLog log(fold.run.folder);
      try {
        runner(fold.run, log);
      } catch (const Error& error) {
        throw of_fold(fold, error.status(), error.messages());
      }
    }
    return;
  }
  const int at_once = std::clamp(workers, 1, static_cast<int>(folds.size()));
  Folds all(folds, std::max(1, context.settings.threads / at_once), context);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < at_once; ++i) threads.emplace_back([&] { all.work(); });
  }
  all.rethrow();
}

void run_fold_of(const Value& task, const InnerRunner& runner) {
  const InnerRun run = InnerRun::from_value(task.at("run"));
  FoldLog log(run.folder);
  runner(run, log);
}

}  // namespace pipeline::stage::backtest
