#include "optimize_stage.h"

#include <algorithm>
#include <optional>

#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/search/study_file.h"
#include "pipeline/train/metric_set.h"
#include "results.h"
#include "speed.h"
#include "study_identity.h"
#include "trial_table.h"
#include "worker_count.h"
#include "worker_pool.h"

namespace pipeline::stage::optimize {

namespace {

void log_best_trial(const StageContext& context, const StudyState& study, const SearchSpace& space, const OptimizeOptions& options,
                    const StudyPlace& place) {
  const Trial* best = best_trial(study);
  if (!best) {
    context.log.warning("no trial of study \"" + study.name + "\" is complete");
    return;
  }
  const std::string values = join(space.values_of(*best), [](const auto& entry) { return entry.first + " = " + to_toml(entry.second); });
  const auto results = std::ranges::count_if(study.trials, &Trial::has_result);
  if (results < options.n_trials && place.no_trial_after && seconds_now() >= *place.no_trial_after)
    context.log.info("the time is over after " + std::to_string(results) + " of " + std::to_string(options.n_trials) +
                     " trials: `pipeline run` with --stage " + context.stage + " --force goes on with the study");
  context.log.info("best: trial " + std::to_string(best->number) + ", " + options.monitor + " " + format_short(*best->value) + " with " +
                   values);
}

}  // namespace

OptimizeStage::OptimizeStage(Options options)
    : options_(std::move(options)), space_(SearchSpace::from_value(options_.search, options_.search_order)) {}

void OptimizeStage::settle_direction(const Registry& registry) {
  if (options_.direction != "auto") return;
  const bool larger = larger_is_better(make_metrics(registry), options_.monitor).value_or(false);
  options_.direction = larger ? "maximize" : "minimize";
}

StudyPlace OptimizeStage::open_place(const StageContext& context) const {
  const std::string storage = absolute_storage(options_.storage, context.folder);
  StudyPlace place{storage, choose_study(context, options_, space_, storage), std::nullopt};
  if (options_.timeout > 0) place.no_trial_after = seconds_now() + options_.timeout;
  return place;
}

TrialFiles OptimizeStage::files_of(const StageContext& context, const std::string& study) const {
  return {context, study, options_.save_top_k};
}

void OptimizeStage::enqueue(Study& study) const {
  for (const Value& point : options_.enqueue.as_list()) study.enqueue({point.as_map().begin(), point.as_map().end()});
}

void OptimizeStage::run(StageContext& context) {
  settle_direction(context.registry);
  // These checks come before anything is written.
  TrialRunner(context, options_, space_, files_of(context, "check")).check_training();
  Searcher::check_sampler(context, options_, space_);
  const StudyPlace place = open_place(context);
  if (options_.storage == "memory")  // an earlier study's checkpoints: that study ended with its process
    std::filesystem::remove_all(context.folder / "checkpoints" / folder_name_of(place.name));
  const int workers = count_workers(context, options_);
  if (workers == 1) {
    search_here(context, place);
  } else {
    search_with_workers(context, place, workers);
  }
}

void OptimizeStage::work(StageContext& context, const Value& task) {
  settle_direction(context.registry);
  if (task.find("measure")) return measure_speed(context, TrialRunner(context, options_, space_, files_of(context, "measure")));
  Searcher(context, options_, space_, StudyPlace::from_value(task, absolute_storage(options_.storage, context.folder))).run({});
}

void OptimizeStage::search_here(StageContext& context, const StudyPlace& place) const {
  Searcher searcher(context, options_, space_, place);
  enqueue(searcher.study());
  TrialTable table(context.log, space_, options_.monitor, options_.n_trials);
  table.skip(searcher.study().refresh());
  const Searcher::Watch watch{.trial_ended = [&](const StudyState& state) { table.show(state); },
                              .reported = [&](const Trial& trial) { table.show_running(trial); }};
  const auto leave_results = [&] {
    table.close();
    keep_results(context, searcher.runner(), searcher.study().refresh(), place);
  };
  try {
    searcher.run(watch);
  } catch (...) {
    leave_results();
    throw;
  }
  leave_results();
  const StudyState& study = searcher.study().refresh();
  log_best_trial(context, study, space_, options_, place);
  context.summary = summary_of(study);
}

void OptimizeStage::search_with_workers(StageContext& context, const StudyPlace& place, int workers) const {
  const std::unique_ptr<Study> study =
      open_study({.storage = place.storage, .name = place.name, .minimize = options_.direction == "minimize"});
  enqueue(*study);
  TrialTable table(context.log, space_, options_.monitor, options_.n_trials);
  table.skip(study->refresh());
  const int threads = threads_of_trial(options_, std::max(1, context.settings.threads / workers));
  context.log.info(std::to_string(workers) + " trials at once, with " + std::to_string(threads) +
                   (threads == 1 ? " thread each" : " threads each"));
  WorkerPool pool(context, place.to_value(), {.workers = workers, .threads = threads, .replaced = true});
  pool.wait([&] { table.show(study->refresh()); });
  table.show(study->refresh());
  table.close();
  const StudyState& state = study->refresh();
  const TrialFiles files = files_of(context, place.name);
  files.tidy(state);  // of workers that were killed
  keep_results(context, TrialRunner(context, options_, space_, files), state, place);
  if (context.cancelled()) throw Error(ExitStatus::interrupted, "the search was interrupted; the same command goes on with it");
  if (static_cast<int>(pool.failures().size()) == workers) throw Error(pool.failures().back());
  for (const Error& failure : pool.failures()) context.log.warning(failure.what());
  log_best_trial(context, state, space_, options_, place);
  context.summary = summary_of(state);
}

/// If slicing is searched, the best trial's windows lie beside the study's results, for trainings with the best values. Windows and results
/// are always of the same trial.
void OptimizeStage::keep_results(const StageContext& context, const TrialRunner& runner, const StudyState& study,
                                 const StudyPlace& place) const {
  const Trial* best = best_trial(study);
  const Value::Map values = best ? space_.values_of(*best) : Value::Map{};
  std::optional<Error> failure;  // it must not cost the study its results
  try {
    if (runner.slices(values)) static_cast<void>(runner.windows_of(values, context.folder / best_windows_folder));
  } catch (const Error& error) {
    std::filesystem::remove_all(context.folder / best_windows_folder);
    failure = error;
  }
  write_results(context.folder, study, space_, options_, shown_storage(place.storage));
  if (failure) throw Error(*failure);
}

}  // namespace pipeline::stage::optimize
