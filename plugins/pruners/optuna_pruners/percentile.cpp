#include "percentile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace pipeline::pruner {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Interpolates linearly, as numpy.nanpercentile does; NaN if there are no numbers.
double percentile_of(std::vector<double> values, double percentile) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return nan;
  std::ranges::sort(values);
  const double place = percentile / 100 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const double a = values[below], b = values[std::min(below + 1, values.size() - 1)], t = place - std::floor(place);
  if (a == b) return a;  // also for infinite values
  return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

double best_report(const Trial& trial, bool minimize) {
  double best = nan;
  for (const auto& [step, value] : trial.reports) best = minimize ? std::fmin(best, value) : std::fmax(best, value);
  return best;
}

/// Whether this is the trial's first report since the last multiple of `interval` after the warm-up.
bool is_first_in_interval(const Trial& trial, std::int64_t step, std::int64_t warmup, std::int64_t interval) {
  std::int64_t previous = -1;
  for (const auto& [reported, value] : trial.reports) {
    if (reported != step) previous = std::max(previous, reported);
  }
  return previous < (step - warmup) / interval * interval + warmup;
}

}  // namespace

bool PercentilePruner::prune(const StudyState& study, Trial& trial) {
  std::int64_t complete = 0;
  const std::optional<std::int64_t> step = trial.last_step();
  if (!step || *step < options_.n_warmup_steps || !is_first_in_interval(trial, *step, options_.n_warmup_steps, options_.interval_steps))
    return false;
  std::vector<double> others;
  for (const Trial& other : study.trials) {
    if (other.state != TrialState::complete) continue;
    ++complete;
    if (const auto report = other.reports.find(*step); report != other.reports.end()) others.push_back(report->second);
  }
  if (complete == 0 || complete < options_.n_startup_trials) return false;
  const double best = best_report(trial, study.minimize);
  if (std::isnan(best)) return true;
  if (static_cast<std::int64_t>(others.size()) < options_.n_min_trials) return false;
  const double limit = percentile_of(std::move(others), study.minimize ? options_.percentile : 100 - options_.percentile);
  if (std::isnan(limit)) return false;
  return study.minimize ? best > limit : best < limit;
}

}  // namespace pipeline::pruner
