#include "split.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "by_name.h"

namespace pipeline::sampler::tpe {

namespace {

/// A trial and its rank among its like: the smaller, the better.
struct Ranked {
  std::pair<double, double> rank;
  const Trial* trial;

  /// Of equal ranks the earlier trial is the better one; all trials lie in one vector, by number.
  friend bool operator<(const Ranked& a, const Ranked& b) { return a.rank != b.rank ? a.rank < b.rank : a.trial < b.trial; }
};

/// Ranks the trials with later last steps first, then by their last reports. A trial without a report ranks last.
std::pair<double, double> pruned_rank(const Trial& trial, bool minimize) {
  if (trial.reports.empty()) return {1, 0};
  const auto& [step, value] = *trial.reports.rbegin();
  if (std::isnan(value)) return {-static_cast<double>(step), std::numeric_limits<double>::infinity()};
  return {-static_cast<double>(step), minimize ? value : -value};
}

/// Moves the best `count` to `below` and the rest to `above`; returns how many are still missing in `below`.
std::size_t deal(std::vector<Ranked>& trials, std::size_t count, Split& split) {
  const std::size_t taken = std::min(count, trials.size());
  const auto border = trials.begin() + static_cast<std::ptrdiff_t>(taken);
  std::nth_element(trials.begin(), border, trials.end());
  for (auto it = trials.begin(); it != trials.end(); ++it) (it < border ? split.below : split.above).push_back(it->trial);
  return count - taken;
}

}  // namespace

Split split_trials(const StudyState& study, const Trial& current, bool with_running) {
  std::vector<Ranked> complete, pruned;
  Split split;
  for (const Trial& trial : study.trials) {
    if (trial.number == current.number) continue;
    if (trial.state == TrialState::complete) complete.push_back({{study.minimize ? *trial.value : -*trial.value, 0}, &trial});
    if (trial.state == TrialState::pruned) pruned.push_back({pruned_rank(trial, study.minimize), &trial});
    if (trial.state == TrialState::running && with_running) split.above.push_back(&trial);
  }
  const auto finished = static_cast<double>(complete.size() + pruned.size());
  const auto good = static_cast<std::size_t>(std::min(std::ceil(0.1 * finished), 25.0));
  deal(pruned, deal(complete, good, split), split);
  std::ranges::sort(split.below);
  std::ranges::sort(split.above);
  return split;
}

std::map<std::string, Distribution> common_space(const StudyState& study) {
  std::map<std::string, Distribution> space;
  bool first = true;
  for (const Trial& trial : study.trials) {
    if (!trial.has_result()) continue;
    if (std::exchange(first, false)) space = trial.distributions;
    auto drawn = trial.distributions.begin();
    std::erase_if(space, [&](const auto& parameter) {
      return !move_to(drawn, trial.distributions.end(), parameter.first) || drawn->second != parameter.second;
    });
  }
  std::erase_if(space, [](const auto& parameter) { return parameter.second.is_single(); });
  return space;
}

std::size_t count_results(const StudyState& study) {
  return static_cast<std::size_t>(std::ranges::count_if(study.trials, &Trial::has_result));
}

}  // namespace pipeline::sampler::tpe
