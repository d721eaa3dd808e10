#include "searcher.h"

#include <algorithm>
#include <ranges>
#include <thread>
#include <utility>

#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/search/past.h"
#include "study_identity.h"
#include "trial_logs.h"

namespace pipeline::stage::optimize {

namespace {

/// This many failures in a row are not chance: all trials have the same problem.
constexpr int most_failures_in_a_row = 10;

Component<Sampler> make_sampler(const StageContext& context, const OptimizeOptions& options, const SearchSpace& space) {
  const SamplerContext sampling{.seed = context.settings.seed,
                                .mode = options.rng == "optuna" ? Randomness::Mode::sequence : Randomness::Mode::keyed,
                                .space = space.distributions()};
  const ComponentSpec& sampler = context.tables.one("sampler");
  return context.registry.make<Sampler>(sampler.type, sampler.options, sampling);
}

Component<Pruner> make_pruner(const StageContext& context) {
  const ComponentSpec& pruner = context.tables.one("pruner");
  return context.registry.make<Pruner>(pruner.type, pruner.options);
}

}  // namespace

double seconds_now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

Value StudyPlace::to_value() const {
  return Value::Map{{"name", name}, {"no_trial_after", no_trial_after ? Value(*no_trial_after) : Value()}};
}

StudyPlace StudyPlace::from_value(const Value& value, const std::string& storage) {
  const Value& limit = value.at("no_trial_after");
  return {storage, value.at("name").as_string(), limit.is_null() ? std::nullopt : std::optional(limit.as_double())};
}

void Searcher::check_sampler(const StageContext& context, const OptimizeOptions& options, const SearchSpace& space) {
  static_cast<void>(make_sampler(context, options, space));
}

Searcher::Searcher(StageContext& context, const OptimizeOptions& options, const SearchSpace& space, const StudyPlace& place)
    : context_(context),
      options_(options),
      space_(space),
      place_(place),
      study_(open_study({.storage = place.storage, .name = place.name, .minimize = options.direction == "minimize"})),
      sampler_(make_sampler(context, options, space)),
      pruner_(make_pruner(context)),
      files_(context, place.name, options.save_top_k),
      runner_(context, options, space, files_),
      begun_at_(seconds_now()) {}

bool Searcher::time_is_over() const { return place_.no_trial_after && seconds_now() >= *place_.no_trial_after; }

void Searcher::take_back_lost_trials() {
  const std::chrono::duration<double> silence(2 * options_.heartbeat_interval);
  bool lost_any = false;
  for (const LostTrial& lost : study_->retry_stale(std::chrono::ceil<std::chrono::seconds>(silence))) {
    context_.log.warning("trial " + std::to_string(lost.number) + " was lost with the process that ran it: " +
                         (lost.again ? "it is tried again" : "so were its repetitions, and it is given up"));
    lost_any = true;
  }
  if (lost_any) files_.tidy(study_->refresh());
}

/// Whether trials of other processes may still bring needed results. A trial without a heartbeat, the default of Optuna's workers, may
/// never end: the search does not wait for it.
bool Searcher::wait_for_others(const StudyState& state) {
  if (std::ranges::count_if(state.trials, &Trial::has_result) >= options_.n_trials) return false;
  std::vector<std::string> silent;
  bool alive = false;
  for (const Trial& trial : state.trials) {
    if (trial.state != TrialState::running) continue;
    alive = alive || trial.has_heartbeat;
    if (!trial.has_heartbeat) silent.push_back(std::to_string(trial.number));
  }
  if (!alive && !silent.empty() && !std::exchange(named_silent_, true)) {
    context_.log.warning("trial " + join(silent) +
                         " runs in another program that gives no heartbeat: it counts, but is not waited for; if that " +
                         "program is gone, raise n_trials by as many");
  }
  return alive;
}

/// With a lag, later trials learn from every trial, so each must come to an end.
void Searcher::refuse_silent_trials(const StudyState& state) const {
  const auto silent = std::ranges::find_if(state.trials, [](const Trial& t) { return t.state == TrialState::running && !t.has_heartbeat; });
  if (silent == state.trials.end()) return;
  throw usage_error("with a lag, trials wait for the trials before them, and trial " + std::to_string(silent->number) +
                    " may never end: it runs in another program that gives no heartbeat. End it there, or search without lag under another "
                    "study_name");
}

/// Whether neither queue nor sampler has a point left.
bool Searcher::is_exhausted(const StudyState& state) const {
  const bool waits = std::ranges::any_of(state.trials, [](const Trial& t) { return t.state == TrialState::waiting; });
  return !waits && call(sampler_, "is_exhausted", &Sampler::is_exhausted, state);
}

std::optional<LearningRule> Searcher::learning_rule() const {
  if (options_.lag == 0) return std::nullopt;
  return LearningRule{
      .lag = options_.lag,
      .learns_from = std::min(call(sampler_, "learns_from", &Sampler::learns_from), call(pruner_, "learns_from", &Pruner::learns_from))};
}

Searcher::Next Searcher::begin_next(Trial& trial) {
  take_back_lost_trials();
  const StudyState& state = study_->refresh();
  if (options_.lag > 0) refuse_silent_trials(state);
  if (time_is_over()) return Next::done;
  if (is_exhausted(state)) return wait_for_others(state) ? Next::wait : Next::done;  // a lost trial comes back
  bool too_early = false;
  Study::Ready ready;
  if (const std::optional<LearningRule> rule = learning_rule()) {
    ready = [&, rule](const StudyState& now) {
      too_early = !may_begin_next(now, *rule);
      return !too_early && !is_exhausted(now);  // another worker may have begun the last one since
    };
  }
  if (std::optional<Trial> begun = study_->begin(options_.n_trials, ready)) {
    trial = std::move(*begun);
    return Next::trial;
  }
  if (too_early) return Next::wait;
  return wait_for_others(study_->refresh()) ? Next::wait : Next::done;  // a trial of another process may still be lost
}

void Searcher::run(const Watch& watch) {
  constexpr std::chrono::milliseconds between_looks{100};
  files_.tidy(study_->refresh());  // of a process that was killed
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

void Searcher::suggest_parameters(Trial& trial, View& view) {
  try {
    view.show([&](const StudyState& state, Trial& seen) {
      call(sampler_, "begin", begin_trial, state, seen);
      call(sampler_, "sample", [&](Sampler& sampler) { space_.suggest(sampler, state, seen); });
    });
  } catch (const Error& error) {
    trial.state = TrialState::fail;  // a repetition would fail again
    static_cast<void>(study_->finish(trial, error.what()));
    throw;
  }
  study_->save_parameters(trial);
}

void Searcher::run_trial(Trial& trial, const Watch& watch) {
  if (options_.lag > 0) {  // new ones know nothing of this process's trials
    sampler_ = make_sampler(context_, options_, space_);
    pruner_ = make_pruner(context_);
  }
  View view(*study_, trial, learning_rule());
  suggest_parameters(trial, view);
  TrialRunner::Outcome outcome;
  try {
    outcome = runner_.run(*study_, pruner_, trial, view, watch.reported);
  } catch (const Error&) {
    study_->release(trial);  // not the trial's fault: a continued search tries it again
    throw;
  }
  if (outcome.interrupted) {
    study_->release(trial);
  } else {
    try {
      files_.put_checkpoint(study_->refresh(), trial, outcome.checkpoint);
      log_trial(context_, files_.log_folder(trial.number), trial, space_, options_);
    } catch (const std::exception&) {
      study_->release(trial);  // without its files it has no result: a continued search tries it again
      throw;
    }
    if (!study_->finish(trial, trial.reason))
      context_.log.warning("trial " + std::to_string(trial.number) +
                           " was given to another worker meanwhile: this one's result is dropped");
  }
  files_.tidy(study_->refresh());
  if (context_.send) context_.send(Value::Map{{"trial_ended", trial.number}});
  watch.trial_ended(study_->refresh());
  check_failures();
}

/// Counts the failures of all workers since this one began.
void Searcher::check_failures() const {
  int failures = 0;
  std::string reason;
  for (const Trial& trial : std::views::reverse(study_->refresh().trials)) {
    if (!trial.is_finished() || trial.reason == lost_reason || trial.reason == interrupted_reason) continue;
    if (trial.state != TrialState::fail || trial.ended.value_or(0) < begun_at_) break;
    if (failures++ == 0) reason = trial.reason;
  }
  if (failures < most_failures_in_a_row) return;
  throw training_error(std::to_string(failures) + " trials failed one after the other, the last one because: " + reason);
}

}  // namespace pipeline::stage::optimize
