#include "searcher.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "pipeline/errors.h"
#include "trial_checkpoints.h"
#include "trial_logs.h"

namespace pipeline::stage::optimize {

namespace {

/// So many failures one after the other are no bad luck: something is wrong with all of them.
constexpr int most_failures_in_a_row = 10;

std::unique_ptr<Sampler> make_sampler(const StageContext& context, const OptimizeOptions& options, const SearchSpace& space) {
  const SamplerContext sampling{.seed = context.settings.seed,
                                .mode = options.rng == "optuna" ? Randomness::Mode::sequence : Randomness::Mode::keyed,
                                .space = space.distributions()};
  return context.registry.make<Sampler>(context.tables.sampler.type, context.tables.sampler.options, sampling);
}

}  // namespace

double seconds_now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

Value StudyPlace::to_value() const {
  return Value::Map{{"storage", storage}, {"name", name}, {"no_trial_after", no_trial_after ? Value(*no_trial_after) : Value()}};
}

StudyPlace StudyPlace::from_value(const Value& value) {
  const Value& limit = value.at("no_trial_after");
  return {value.at("storage").as_string(), value.at("name").as_string(), limit.is_null() ? std::nullopt : std::optional(limit.as_double())};
}

Searcher::Searcher(StageContext& context, const OptimizeOptions& options, const SearchSpace& space, const StudyPlace& place)
    : context_(context),
      options_(options),
      space_(space),
      place_(place),
      study_(open_study({.storage = place.storage, .name = place.name, .minimize = options.direction == "minimize"})),
      sampler_(make_sampler(context, options, space)),
      pruner_(context.registry.make<Pruner>(context.tables.pruner.type, context.tables.pruner.options)),
      runner_(context, options, space) {}

bool Searcher::time_is_over() const { return place_.no_trial_after && seconds_now() >= *place_.no_trial_after; }

Searcher::Next Searcher::begin_next(Trial& trial) {
  const std::chrono::duration<double> silence(2 * options_.heartbeat_interval);
  for (const std::int64_t lost : study_->retry_stale(std::chrono::ceil<std::chrono::seconds>(silence))) {
    context_.log.warning("trial " + std::to_string(lost) + " was lost with the process that ran it: it is tried again");
    std::filesystem::remove_all(runner_.folder_of(lost));
  }
  const StudyState& state = study_->refresh();
  const bool waits = std::ranges::any_of(state.trials, [](const Trial& t) { return t.state == TrialState::waiting; });
  if (time_is_over() || (!waits && sampler_->is_exhausted(state))) return Next::done;
  if (std::optional<Trial> begun = study_->begin(options_.n_trials)) {
    trial = std::move(*begun);
    return Next::trial;
  }
  // Others run the last trials; one of them may be lost yet.
  const bool others_run = std::ranges::any_of(study_->refresh().trials, [](const Trial& t) { return t.state == TrialState::running; });
  return others_run ? Next::wait : Next::done;
}

void Searcher::run(const Watch& watch) {
  constexpr std::chrono::milliseconds between_looks{300};
  Trial trial;
  for (;;) {
    if (context_.cancelled()) throw Error(ExitStatus::interrupted, "the search was interrupted; the same command goes on with it");
    switch (begin_next(trial)) {
      case Next::done:
        return;
      case Next::wait:
        watch.trial_ended(study_->refresh());
        std::this_thread::sleep_for(between_looks);
        break;
      case Next::trial:
        run_trial(trial, watch);
        break;
    }
  }
}

void Searcher::run_trial(Trial& trial, const Watch& watch) {
  const StudyState& state = study_->refresh();
  begin_trial(*sampler_, state, trial);
  space_.suggest(*sampler_, state, trial);
  study_->save_parameters(trial);
  TrialRunner::Outcome outcome;
  try {
    outcome = runner_.run(*study_, *pruner_, trial, watch.reported);
  } catch (const Error&) {
    study_->release(trial);  // no fault of its own: whoever goes on with the study tries it again
    throw;
  }
  if (outcome.interrupted) {
    study_->release(trial);
  } else if (study_->finish(trial, trial.reason)) {
    TrialCheckpoints(context_.folder / "checkpoints", options_.save_top_k).take(study_->refresh(), trial, outcome.checkpoint);
    log_trial(context_, *study_, trial, space_, options_.monitor, options_.log_trials);
  }
  std::filesystem::remove_all(runner_.folder_of(trial.number));
  watch.trial_ended(study_->refresh());
  note_failure(trial);
}

void Searcher::note_failure(const Trial& trial) {
  failures_in_a_row_ = trial.state == TrialState::fail ? failures_in_a_row_ + 1 : 0;
  if (failures_in_a_row_ < most_failures_in_a_row) return;
  throw training_error(std::to_string(failures_in_a_row_) + " trials failed one after the other, the last one because: " + trial.reason);
}

}  // namespace pipeline::stage::optimize
