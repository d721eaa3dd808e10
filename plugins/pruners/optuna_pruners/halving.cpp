#include "halving.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace pipeline::pruner {

namespace {

std::string rung_key(std::int64_t rung) { return "completed_rung_" + std::to_string(rung); }

/// A hundredth of the last step of the longest complete trial, at least 1; 0 if no trial is complete.
std::int64_t estimated_resource(const std::vector<const Trial*>& trials) {
  std::int64_t longest = -1;
  for (const Trial* trial : trials) {
    if (trial->state == TrialState::complete) longest = std::max(longest, trial->last_step().value_or(-1));
  }
  return longest < 0 ? 0 : std::max<std::int64_t>(longest / 100, 1);
}

/// Whether `value` is among the best n / factor of the n `values` (at least one), which include it.
bool is_promoted(double value, std::vector<double> values, std::int64_t factor, bool minimize) {
  const std::size_t kept = std::max<std::size_t>(values.size() / static_cast<std::size_t>(factor), 1);
  std::ranges::sort(values);
  return minimize ? value <= values[kept - 1] : value >= values[values.size() - kept];
}

}  // namespace

bool SuccessiveHalvingPruner::prune(const StudyState& study, Trial& trial) {
  std::vector<const Trial*> trials;
  for (const Trial& other : study.trials) trials.push_back(&other);
  return prune_among(trials, study.minimize, trial);
}

bool SuccessiveHalvingPruner::prune_among(const std::vector<const Trial*>& trials, bool minimize, Trial& trial) {
  const std::optional<std::int64_t> step = trial.last_step();
  if (!step) return false;
  const double value = trial.reports.at(*step);
  std::int64_t rung = 0;
  while (trial.system_state.contains(rung_key(rung))) ++rung;
  if (options_.min_resource == 0) options_.min_resource = estimated_resource(trials);
  if (options_.min_resource == 0) return false;
  for (;; ++rung) {
    const double exponent = static_cast<double>(options_.min_early_stopping_rate + rung);
    const double decision = static_cast<double>(options_.min_resource) * std::pow(static_cast<double>(options_.reduction_factor), exponent);
    if (static_cast<double>(*step) < decision) return false;
    if (std::isnan(value)) return true;
    const std::string key = rung_key(rung);
    trial.system_state[key] = value;
    std::vector<double> competing{value};
    for (const Trial* other : trials) {
      const auto reached = other->system_state.find(key);
      if (reached != other->system_state.end() && other->number != trial.number) competing.push_back(reached->second.as_double());
    }
    if (static_cast<std::int64_t>(competing.size()) <= options_.bootstrap_count) return true;
    if (!is_promoted(value, std::move(competing), options_.reduction_factor, minimize)) return true;
  }
}

}  // namespace pipeline::pruner
