#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "optimize_options.h"
#include "pipeline/search/pruner.h"
#include "pipeline/search/sampler.h"
#include "pipeline/search/search_space.h"
#include "pipeline/search/study.h"
#include "pipeline/stage.h"
#include "trial_files.h"
#include "trial_run.h"
#include "view.h"

namespace pipeline::stage::optimize {

/// Seconds since 1970 UTC.
[[nodiscard]] double seconds_now();

/// The study of a search, as a worker receives it.
struct StudyPlace {
  std::string storage;  ///< absolute
  std::string name;
  std::optional<double> no_trial_after;  ///< seconds since 1970: no trial begins later

  /// For a command line, which every user can read: without the storage, whose address may hold a password.
  [[nodiscard]] Value to_value() const;
  [[nodiscard]] static StudyPlace from_value(const Value& value, const std::string& storage);
};

/// Runs trials one after the other until all workers together have run as many as asked for. Several processes may share one study.
class Searcher {
 public:
  /// Callbacks for a running search.
  struct Watch {
    std::function<void(const StudyState&)> trial_ended = [](const StudyState&) {};
    std::function<void(const Trial&)> reported = [](const Trial&) {};
  };

  Searcher(StageContext& context, const OptimizeOptions& options, const SearchSpace& space, const StudyPlace& place);

  [[nodiscard]] Study& study() { return *study_; }
  [[nodiscard]] const TrialRunner& runner() const { return runner_; }
  /// Makes a sampler and discards it: Error (usage) if it cannot work on the space.
  static void check_sampler(const StageContext& context, const OptimizeOptions& options, const SearchSpace& space);
  /// Error (interrupted) on a signal, after giving back the running trial; Error (training) when trials fail one after the other.
  void run(const Watch& watch);

 private:
  enum class Next { trial, wait, done };
  [[nodiscard]] Next begin_next(Trial& trial);
  [[nodiscard]] bool wait_for_others(const StudyState& state);
  void refuse_silent_trials(const StudyState& state) const;
  [[nodiscard]] bool is_exhausted(const StudyState& state) const;
  /// nullopt without a lag.
  [[nodiscard]] std::optional<LearningRule> learning_rule() const;
  void suggest_parameters(Trial& trial, View& view);
  void run_trial(Trial& trial, const Watch& watch);
  void take_back_lost_trials();
  [[nodiscard]] bool time_is_over() const;
  void check_failures() const;

  StageContext& context_;
  const OptimizeOptions& options_;
  const SearchSpace& space_;
  StudyPlace place_;
  std::unique_ptr<Study> study_;
  Component<Sampler> sampler_;
  Component<Pruner> pruner_;
  TrialFiles files_;
  TrialRunner runner_;
  double begun_at_;
  bool named_silent_ = false;  ///< whether the log has named the trials that are not waited for
};

}  // namespace pipeline::stage::optimize
