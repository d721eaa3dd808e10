#include "split.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace pipeline::sampler::tpe {

namespace {

/// Ranks the trials with later last steps first, then by their last reports. A trial without a report ranks last.
std::pair<double, double> pruned_rank(const Trial& trial, bool minimize) {
  if (trial.reports.empty()) return {1, 0};
  const auto& [step, value] = *trial.reports.rbegin();
  if (std::isnan(value)) return {-static_cast<double>(step), std::numeric_limits<double>::infinity()};
  return {-static_cast<double>(step), minimize ? value : -value};
}

/// Moves the first `count` of a sorted list to `below` and the rest to `above`; returns how many are still missing in `below`.
std::size_t deal(const std::vector<const Trial*>& sorted, std::size_t count, Split& split) {
  const std::size_t taken = std::min(count, sorted.size());
  split.below.insert(split.below.end(), sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(taken));
  split.above.insert(split.above.end(), sorted.begin() + static_cast<std::ptrdiff_t>(taken), sorted.end());
  return count - taken;
}

}  // namespace

Split split_trials(const StudyState& study, const Trial& current, bool with_running) {
  std::vector<const Trial*> complete, pruned, running;
  for (const Trial& trial : study.trials) {
    if (trial.number == current.number) continue;
    if (trial.state == TrialState::complete) complete.push_back(&trial);
    if (trial.state == TrialState::pruned) pruned.push_back(&trial);
    if (trial.state == TrialState::running && with_running) running.push_back(&trial);
  }
  const auto finished = static_cast<double>(complete.size() + pruned.size());
  const auto good = static_cast<std::size_t>(std::min(std::ceil(0.1 * finished), 25.0));
  std::ranges::stable_sort(complete,
                           [&](const Trial* a, const Trial* b) { return study.minimize ? *a->value < *b->value : *a->value > *b->value; });
  std::ranges::stable_sort(
      pruned, [&](const Trial* a, const Trial* b) { return pruned_rank(*a, study.minimize) < pruned_rank(*b, study.minimize); });
  Split split;
  deal(pruned, deal(complete, good, split), split);
  split.above.insert(split.above.end(), running.begin(), running.end());
  std::ranges::sort(split.below, {}, &Trial::number);
  std::ranges::sort(split.above, {}, &Trial::number);
  return split;
}

std::map<std::string, Distribution> common_space(const StudyState& study) {
  std::map<std::string, Distribution> space;
  bool first = true;
  for (const Trial& trial : study.trials) {
    if (!trial.has_result()) continue;
    if (std::exchange(first, false)) space = trial.distributions;
    std::erase_if(space, [&](const auto& parameter) {
      const auto drawn = trial.distributions.find(parameter.first);
      return drawn == trial.distributions.end() || drawn->second != parameter.second;
    });
  }
  std::erase_if(space, [](const auto& parameter) { return parameter.second.is_single(); });
  return space;
}

std::size_t count_results(const StudyState& study) {
  return static_cast<std::size_t>(std::ranges::count_if(study.trials, &Trial::has_result));
}

}  // namespace pipeline::sampler::tpe
