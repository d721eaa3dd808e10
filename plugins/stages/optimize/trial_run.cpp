#include "trial_run.h"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/train/training_setup.h"
#include "quiet_log.h"
#include "trial_logs.h"
#include "worker_count.h"

namespace pipeline::stage::optimize {

namespace {

/// A model or training that these values make impossible is the trial's fault; problems of the machine are not.
bool is_the_trials_fault(ExitStatus status) {
  return status == ExitStatus::training || status == ExitStatus::usage || status == ExitStatus::data;
}

}  // namespace

TrialRunner::TrialRunner(StageContext& context, const OptimizeOptions& options, const SearchSpace& space, TrialFiles files)
    : context_(context),
      options_(options),
      space_(space),
      files_(std::move(files)),
      windows_(Windows::open(context.input("windows").folder)) {}

TrainingTables TrialRunner::tables_of(const Value::Map& values) const {
  TrainingTables tables = with_values(context_.tables, values, context_.registry);
  std::vector<ComponentSpec> kept;
  for (const ComponentSpec& callback : tables.many("callbacks")) {
    const ComponentInfo* info = context_.registry.find("callback", callback.type);
    if (info && !info->only_watches) kept.push_back({callback.type, info->schema.without_outputs(callback.options)});
  }
  tables.many("callbacks") = std::move(kept);
  tables.one("trainer").options["enable_progress_bar"] = false;  // the search shows a line a trial
  return tables;
}

bool TrialRunner::slices(const Value::Map& values) const { return !values_of_stage(values, context_.input("windows").stage).empty(); }

std::shared_ptr<const Windows> TrialRunner::windows_of(const Value::Map& values, const std::filesystem::path& folder) const {
  if (!slices(values)) return windows_;
  const std::string& slicer = context_.input("windows").stage;
  QuietLog quiet(context_.log, "");
  context_.run_again(slicer, values_of_stage(values, slicer), folder, quiet);
  return Windows::open(folder);
}

void TrialRunner::check_training() const {
  Value::Map searched;
  for (const SearchParameter& parameter : space_.parameters()) searched[parameter.path];
  if (slices(searched) && !windows_->series())
    throw usage_error("slicing is searched, but the windows were made elsewhere: leave the options of stage \"" +
                      context_.input("windows").stage + "\" out of [stages." + context_.stage + ".search]");
  FitSpec spec = make_fit_spec(context_.registry, tables_of({}), *windows_, context_.settings.seed);
  warn_of_ignored_inputs(spec, *windows_, context_.log);
  const std::unique_ptr<Study> nowhere = open_study({.storage = "memory", .name = "check"});
  const Component<Pruner> pruner = context_.registry.make<Pruner>("NopPruner", Value(Value::Map{}));
  Trial trial;
  View view(*nowhere, trial, std::nullopt);
  spec.callbacks.push_back(std::make_unique<ReportTrial>(
      *nowhere, pruner, trial, view, ReportTrial::Setup{.monitor = options_.monitor, .heartbeat_interval = {}, .reported = {}}));
  check_fit(spec, *windows_, make_run_context(context_, context_.log));
}

TrialRunner::Outcome TrialRunner::run(Study& study, const Component<Pruner>& pruner, Trial& trial, View& view,
                                      const std::function<void(const Trial&)>& reported) const {
  try {
    return train(study, pruner, trial, view, reported);
  } catch (const ComponentError& error) {
    trial.reason = error.what();
  } catch (const ConstructorError& error) {
    trial.reason = error.what();
  } catch (const Error& error) {
    if (!is_the_trials_fault(error.status())) throw;
    trial.reason = error.what();
  } catch (const std::system_error&) {  // a full disk, no thread left: the next trial would meet it too
    throw Error(ExitStatus::unexpected, words_of_exception());
  } catch (...) {  // LibTorch's errors outside of components, lack of memory
    trial.reason = words_of_exception();
  }
  trial.state = TrialState::fail;
  return {};
}

TrialRunner::Outcome TrialRunner::train(Study& study, const Component<Pruner>& pruner, Trial& trial, View& view,
                                        const std::function<void(const Trial&)>& reported) const {
  const Value::Map values = space_.values_of(trial);
  const std::filesystem::path folder = files_.work_folder(trial.number);
  make_folder(folder);
  const std::shared_ptr<const Windows> windows = windows_of(values, folder / "windows");
  const TrainingTables tables = tables_of(values);
  FitSpec spec = make_fit_spec(context_.registry, tables, *windows, context_.settings.seed);
  spec.version_dir = folder;
  spec.callbacks.push_back(
      std::make_unique<ReportTrial>(study, pruner, trial, view,
                                    ReportTrial::Setup{.monitor = options_.monitor,
                                                       .heartbeat_interval = std::chrono::duration<double>(options_.heartbeat_interval),
                                                       .reported = reported}));
  if (options_.log_trials) spec.loggers = make_loggers(context_, files_.log_folder(trial.number), false);
  QuietLog quiet(context_.log, "trial " + std::to_string(trial.number) + ": ");
  RunContext run = make_run_context(context_, quiet);
  run.threads = threads_of_trial(options_, run.threads);
  check_fit(spec, *windows, run);
  const FitResult result = fit(std::move(spec), *windows, run);
  if (result.interrupted) return {.checkpoint = {}, .interrupted = true};
  set_value(trial, result.pruned);
  const bool kept = result.checkpoints && !result.checkpoints->best.empty();
  return {.checkpoint = kept ? result.checkpoints->best : result.last_checkpoint, .interrupted = false};
}

void TrialRunner::set_value(Trial& trial, bool pruned) const {
  if (trial.reports.empty()) throw training_error(options_.monitor + " was never measured: let the trial train and validate");
  double value = trial.reports.rbegin()->second;
  if (options_.objective == "best" && !pruned) {
    for (const auto& [step, report] : trial.reports) {
      if (std::isnan(value) || (options_.direction == "minimize" ? report < value : report > value)) value = report;
    }
  }
  if (std::isnan(value) && !pruned) throw training_error(options_.monitor + " is not a number");
  if (!std::isnan(value)) trial.value = value;
  trial.state = pruned ? TrialState::pruned : TrialState::complete;
}

}  // namespace pipeline::stage::optimize
