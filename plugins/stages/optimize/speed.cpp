#include "speed.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"
#include "pipeline/train/training_setup.h"
#include "quiet_log.h"
#include "worker_count.h"
#include "worker_pool.h"

namespace pipeline::stage::optimize {

namespace {

constexpr std::int64_t warm_up_batches = 5;
constexpr std::chrono::duration<double> long_enough{2.0};

/// Skips the first batches, counts batches for a while, then stops.
class CountBatches final : public Callback {
 public:
  explicit CountBatches(double& per_second) : per_second_(per_second) {}

  Action on_train_batch_end(Trainer&, const BatchEnd&) override {
    ++batches_;
    const auto now = std::chrono::steady_clock::now();
    if (batches_ <= warm_up_batches) {
      start_ = now;
      return Action::proceed();
    }
    const std::chrono::duration<double> seconds = now - start_;
    per_second_ = static_cast<double>(batches_ - warm_up_batches) / seconds.count();
    return seconds < long_enough ? Action::proceed() : Action::prune("measured");
  }
  [[nodiscard]] std::string state_key() const override { return "CountBatches"; }

 private:
  double& per_second_;
  std::int64_t batches_ = 0;
  std::chrono::steady_clock::time_point start_;
};

/// Error (unexpected) if a worker cannot train, for example for lack of memory.
double batches_per_second(const StageContext& context, const OptimizeOptions& options, int workers) {
  std::mutex guard;
  double sum = 0;
  const int threads = threads_of_trial(options, std::max(1, context.settings.threads / workers));
  WorkerPool pool(context, Value::Map{{"measure", true}}, {.workers = workers, .threads = threads}, [&](const Value& message) {
    const std::scoped_lock lock(guard);
    if (const Value* speed = message.find("batches_per_second")) sum += speed->as_double();
  });
  pool.wait([] {});
  if (context.cancelled()) throw Error(ExitStatus::interrupted, "the search was interrupted before it began");
  if (!pool.failures().empty())
    throw Error(ExitStatus::unexpected, std::string("workers = \"fastest\" could not be measured: ") + pool.failures().front().what());
  return sum;
}

}  // namespace

int fastest_worker_count(StageContext& context, const OptimizeOptions& options, int most) {
  int best = 1;
  double best_speed = 0;
  for (int workers = 1; workers <= std::min(context.settings.threads, most); workers *= 2) {
    double speed = 0;
    try {
      speed = batches_per_second(context, options, workers);
    } catch (const Error& error) {
      if (workers == 1 || error.status() == ExitStatus::interrupted) throw;
      context.log.info(std::to_string(workers) + " workers are too many: " + error.what());
      break;
    }
    context.log.info(std::to_string(workers) + (workers == 1 ? " worker trains " : " workers train ") + format_short(speed) +
                     " batches a second");
    if (speed > best_speed) best = workers, best_speed = speed;
  }
  return best;
}

void measure_speed(StageContext& context, const TrialRunner& runner) {
  TrainingTables tables = runner.tables_of({});
  tables.many("callbacks").clear();
  tables.one("scheduler") = {};  // a scheduler may watch a metric that is not measured here
  Value& trainer = tables.options("trainer");
  trainer["max_epochs"] = 1'000'000;
  trainer["num_sanity_val_steps"] = 0;
  trainer["limit_val_batches"] = 0;
  FitSpec spec = make_fit_spec(context.registry, tables, runner.windows(), context.settings.seed);
  double speed = 0;
  spec.callbacks.push_back(std::make_unique<CountBatches>(speed));
  QuietLog quiet(context.log, "");
  static_cast<void>(fit(std::move(spec), runner.windows(), make_run_context(context, quiet)));
  context.send(Value::Map{{"batches_per_second", speed}});
}

}  // namespace pipeline::stage::optimize
