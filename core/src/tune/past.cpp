#include "pipeline/search/past.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pipeline {

namespace {

/// The notes of a repetition, as Optuna's RetryFailedTrialCallback names them.
constexpr const char* repeated_key = "failed_trial";
constexpr std::array repetition_keys{repeated_key, "retry_history"};

bool is_repetition(const Trial& trial) { return trial.system_state.contains(repeated_key); }

/// The number of the trial that this one repeats, else its own.
std::int64_t first_number(const Trial& trial) {
  const auto repeated = trial.system_state.find(repeated_key);
  return repeated == trial.system_state.end() ? trial.number : repeated->second.as_int();
}

/// By draw_index: the trial, or its last repetition.
std::vector<const Trial*> last_attempts(const StudyState& study) {
  std::vector<const Trial*> attempts;
  std::map<std::int64_t, std::size_t> index_of;  // by the number of the first attempt
  for (const Trial& trial : study.trials) {
    const auto [found, is_first] = index_of.try_emplace(first_number(trial), attempts.size());
    if (is_first) attempts.emplace_back();
    attempts[found->second] = &trial;
  }
  return attempts;
}

/// The attempts that a trial with a draw_index learns from; a part of `attempts`.
std::span<const Trial* const> learned_by(const std::vector<const Trial*>& attempts, std::int64_t index, const LearningRule& rule) {
  std::int64_t count = std::clamp<std::int64_t>(index - rule.lag + 1, 0, static_cast<std::int64_t>(attempts.size()));
  if (count < rule.learns_from) count = 0;
  return std::span(attempts).first(static_cast<std::size_t>(count));
}

}  // namespace

std::int64_t draw_index(const StudyState& study, const Trial& trial) {
  const std::int64_t first = first_number(trial);
  return first - std::ranges::count_if(study.trials, [&](const Trial& t) { return t.number < first && is_repetition(t); });
}

bool may_begin_next(const StudyState& study, const LearningRule& rule) {
  const auto draws = [](const Trial& t) { return t.state == TrialState::running && t.parameters.empty(); };
  const auto begun_before = [](const Trial& t) { return t.state == TrialState::waiting && is_repetition(t); };
  if (std::ranges::any_of(study.trials, draws)) return false;
  if (std::ranges::any_of(study.trials, begun_before)) return true;
  const std::vector<const Trial*> attempts = last_attempts(study);
  const auto next = std::ranges::find(attempts, TrialState::waiting, &Trial::state);
  return std::ranges::all_of(learned_by(attempts, next - attempts.begin(), rule), &Trial::is_finished);
}

Past::Past(const StudyState& study, const Trial& trial, const LearningRule& rule)
    : index_(draw_index(study, trial)), study_{.name = study.name, .minimize = study.minimize, .trials = {}} {
  const std::vector<const Trial*> attempts = last_attempts(study);
  for (const Trial* attempt : learned_by(attempts, index_, rule)) {
    Trial& seen = study_.trials.emplace_back(*attempt);
    seen.number = static_cast<std::int64_t>(study_.trials.size()) - 1;
    for (const char* key : repetition_keys) seen.system_state.erase(key);
  }
  study_.trials.push_back(trial);
}

Past::Guise::Guise(Trial& trial, std::int64_t index) : trial_(trial), number_(std::exchange(trial.number, index)) {
  for (const char* key : repetition_keys) {
    if (auto note = trial.system_state.extract(key)) repetition_.insert(std::move(note));
  }
}

Past::Guise::~Guise() {
  trial_.number = number_;
  trial_.system_state.merge(repetition_);
}

}  // namespace pipeline
