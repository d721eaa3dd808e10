#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/search/tier.h"
#include "pipeline/value.h"

/// The data of a hyper-parameter search, in Optuna's terms. Parameters are doubles ("internal representation"); a categorical parameter is
/// the index of its choice.
namespace pipeline {

/// More trials than a study can have: of a sampler or a pruner that does not learn from others.
inline constexpr std::int64_t never_learns = std::numeric_limits<std::int64_t>::max();

/// Whether Python's == holds, as for 1 and 1.0.
[[nodiscard]] PIPELINE_EXPORT bool same_value(const Value& a, const Value& b);

/// The possible values of one parameter. Bounds are inclusive.
struct PIPELINE_EXPORT Distribution {
  enum class Kind { real, integer, categorical };
  Kind kind = Kind::real;
  double low = 0, high = 0;
  double step = 0;  ///< 0: continuous; at least 1 for integers
  bool log = false;
  std::vector<Value> choices;  ///< of a categorical parameter

  /// Error (usage) for bounds that are empty, not finite, or not positive with `log`. `high` is lowered onto the grid of `step`.
  [[nodiscard]] static Distribution real(double low, double high, double step = 0, bool log = false);
  [[nodiscard]] static Distribution integer(std::int64_t low, std::int64_t high, std::int64_t step = 1, bool log = false);
  [[nodiscard]] static Distribution categorical(std::vector<Value> choices);

  [[nodiscard]] bool is_categorical() const { return kind == Kind::categorical; }
  /// Whether only one value is possible; then no random number is drawn.
  [[nodiscard]] bool is_single() const;
  /// Whether it has finitely many values.
  [[nodiscard]] bool is_countable() const { return is_categorical() || step > 0 || is_single(); }
  [[nodiscard]] bool contains(double internal) const;
  /// The value for the objective: a double, an integer or the choice.
  [[nodiscard]] Value external(double internal) const;
  /// The inverse; nullopt for a value that the distribution does not hold.
  [[nodiscard]] std::optional<double> internal(const Value& external) const;

  /// Whether one study can hold both distributions for one parameter, by Optuna's rule: bounds and step may differ, kind, `log` and choices
  /// may not.
  [[nodiscard]] bool is_compatible_with(const Distribution& other) const;

  friend bool operator==(const Distribution&, const Distribution&) = default;
};

enum class TrialState { running, complete, pruned, fail, waiting };

/// "running", "complete", "pruned", "failed", "waiting"
[[nodiscard]] PIPELINE_EXPORT const char* word_of(TrialState state);

/// One evaluation of the objective.
struct PIPELINE_EXPORT Trial {
  std::int64_t id = 0;  ///< key in the storage
  std::int64_t number = 0;
  TrialState state = TrialState::running;
  std::optional<double> value;               ///< of a complete or pruned trial
  std::map<std::string, double> parameters;  ///< suggested so far
  std::map<std::string, Distribution> distributions;
  std::map<std::string, double> joint;        ///< drawn together when the trial began; shows other workers the point of a running trial
  std::map<std::int64_t, double> reports;     ///< step (epoch) -> value of the monitored metric
  std::map<std::string, Value> fixed;         ///< values from the queue, used instead of the sampler's
  std::map<std::string, Value> system_state;  ///< notes of samplers and pruners, shared with other workers
  std::optional<double> started, ended;       ///< seconds since 1970 UTC
  bool has_heartbeat = false;                 ///< its worker sends heartbeats; Optuna's workers do so only on request
  std::string reason;                         ///< why it failed or was pruned, if that was recorded

  [[nodiscard]] bool is_finished() const {
    return state == TrialState::complete || state == TrialState::pruned || state == TrialState::fail;
  }
  [[nodiscard]] bool has_result() const { return state == TrialState::complete || state == TrialState::pruned; }
  /// The last reported step.
  [[nodiscard]] std::optional<std::int64_t> last_step() const;
};

/// A study as samplers and pruners see it: every trial of every worker, by number.
struct StudyState {
  std::string name;
  bool minimize = true;
  std::vector<Trial> trials;
};

/// The index of a trial in the order of draws: its number, minus the repetitions before it; a repetition has the index of the trial that it
/// repeats. With it an interrupted study continues as if it had not been interrupted.
[[nodiscard]] PIPELINE_EXPORT std::int64_t draw_index(const StudyState& study, const Trial& trial);

}  // namespace pipeline
