#include "pipeline/search/importance.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pipeline/search/truncated_normal.h"

namespace pipeline {

namespace {

using Trials = std::vector<const Trial*>;

constexpr double best_share = 0.1;
constexpr std::int64_t most_grid_points = 50;
constexpr std::size_t least_trials = 2;  ///< of one distribution of a parameter

Trials finite_trials(const StudyState& study) {
  Trials found;
  for (const Trial& trial : study.trials) {
    if (trial.state == TrialState::complete && trial.value && std::isfinite(*trial.value)) found.push_back(&trial);
  }
  return found;
}

/// The best tenth of the trials, with all that are as good as its last.
Trials best_trials(const Trials& trials, bool minimize) {
  std::vector<double> losses;
  for (const Trial* trial : trials) losses.push_back(minimize ? *trial->value : -*trial->value);
  std::ranges::sort(losses);
  const double worst = losses[static_cast<std::size_t>(std::ceil(best_share * static_cast<double>(losses.size()))) - 1];
  Trials best;
  std::ranges::copy_if(trials, std::back_inserter(best), [&](const Trial* t) { return (minimize ? *t->value : -*t->value) <= worst; });
  return best;
}

/// How many trials fall on each point of the parameter's grid.
std::vector<double> counts_on_grid(const std::string& name, const Distribution& d, const Trials& trials) {
  if (d.is_categorical()) {
    std::vector<double> counts(d.choices.size());
    for (const Trial* trial : trials) ++counts[static_cast<std::size_t>(trial->parameters.at(name))];
    return counts;
  }
  std::int64_t points = most_grid_points;
  if (d.kind == Distribution::Kind::integer && d.log) {
    points = std::min(points, static_cast<std::int64_t>(std::ceil(std::log(d.high - d.low + 1) / std::log(2))) + 1);
  } else if (d.step > 0) {
    points = std::min(points, static_cast<std::int64_t>(std::nearbyint((d.high - d.low) / d.step)) + 1);
  }
  const auto axis = [&](double x) { return d.log ? std::log(x) : x; };
  const double last = static_cast<double>(points - 1), width = (axis(d.high) - axis(d.low)) / last;
  std::vector<double> counts(static_cast<std::size_t>(points));
  for (const Trial* trial : trials) {
    const double index = std::ceil((axis(trial->parameters.at(name)) - axis(d.low)) / width - 0.5);  // halves go down
    ++counts[static_cast<std::size_t>(std::clamp(index, 0.0, last))];
  }
  return counts;
}

struct Observed {
  std::vector<double> points, weights;  ///< grid points with trials, and their numbers of trials
  double total = 0;
};

Observed observed(const std::vector<double>& counts) {
  Observed out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    out.points.push_back(static_cast<double>(i));
    out.weights.push_back(counts[i]);
    out.total += counts[i];
  }
  return out;
}

/// Scott's rule over weighted grid points, as Optuna's ScottParzenEstimator.
double bandwidth(const Observed& o) {
  double mean = 0, squares = 0, sum = 0;
  for (std::size_t i = 0; i < o.points.size(); ++i) mean += o.points[i] * o.weights[i] / o.total;
  for (std::size_t i = 0; i < o.points.size(); ++i) squares += (o.points[i] - mean) * (o.points[i] - mean) * o.weights[i];
  const double deviation = std::sqrt(squares / std::max(1.0, o.total - 1));
  std::vector<double> cumulative;
  for (const double w : o.weights) cumulative.push_back(sum += w);
  const auto index = [&](auto found) {
    return std::min<std::size_t>(o.points.size() - 1, static_cast<std::size_t>(found - cumulative.begin()));
  };
  const double first = o.points[index(std::ranges::lower_bound(cumulative, std::floor(o.total / 4)))];
  const double third = o.points[index(std::ranges::upper_bound(cumulative, std::floor(o.total * 3 / 4)))];
  const double scott = 1.059 * std::min((third - first) / 1.34, deviation) * std::pow(o.total, -0.2);
  return std::max(scott, 0.5 / 1.64);  // 90 % of a kernel lie within its grid cell
}

/// The density over the choices: one kernel for each choice that was drawn, and a uniform prior of weight 1.
std::vector<double> categorical_density(const Observed& o, std::size_t choices) {
  const double kernels = static_cast<double>(o.points.size()) + 1, all = o.total + 1, row = 1 + static_cast<double>(choices) / kernels;
  std::vector<double> density(choices, 1 / static_cast<double>(choices) / all);
  for (std::size_t i = 0; i < o.points.size(); ++i) {
    for (std::size_t c = 0; c < choices; ++c) {
      const double hit = static_cast<double>(c) == o.points[i] ? 1 : 0;
      density[c] += o.weights[i] / all * (hit + 1 / kernels) / row;
    }
  }
  return density;
}

/// Discretised normals around the points, and one as wide as the grid for the prior.
std::vector<double> numeric_density(const Observed& o, std::size_t grid) {
  const double last = static_cast<double>(grid) - 1, sigma = bandwidth(o), all = o.total + 1;
  std::vector<double> density(grid);
  const auto add = [&](double mu, double width, double weight) {
    const double whole = log_normal_mass((-0.5 - mu) / width, (last + 0.5 - mu) / width);
    for (std::size_t i = 0; i < grid; ++i) {
      const double x = static_cast<double>(i);
      density[i] += weight / all * std::exp(log_normal_mass((x - 0.5 - mu) / width, (x + 0.5 - mu) / width) - whole);
    }
  };
  for (std::size_t i = 0; i < o.points.size(); ++i) add(o.points[i], sigma, o.weights[i]);
  add(last / 2, last + 1, 1);
  return density;
}

std::vector<double> density_of(const std::string& name, const Distribution& d, const Trials& trials) {
  const std::vector<double> counts = counts_on_grid(name, d, trials);
  const Observed o = observed(counts);
  return d.is_categorical() ? categorical_density(o, counts.size()) : numeric_density(o, counts.size());
}

/// Pearson's divergence of the best trials' density from that of all.
double divergence(const std::string& name, const Distribution& d, const Trials& best, const Trials& all) {
  const std::vector<double> top = density_of(name, d, best), whole = density_of(name, d, all);
  double sum = 0;
  for (std::size_t i = 0; i < top.size(); ++i) {
    const double p = whole[i] + 1e-12, ratio = (top[i] + 1e-12) / p - 1;
    sum += p * ratio * ratio;
  }
  return sum;
}

/// A parameter's trials by their distribution: the search space may have changed during the study.
std::vector<std::pair<Distribution, Trials>> by_distribution(const std::string& name, const Trials& trials) {
  std::vector<std::pair<Distribution, Trials>> groups;
  for (const Trial* trial : trials) {
    const auto drawn = trial->distributions.find(name);
    if (drawn == trial->distributions.end()) continue;
    auto group = std::ranges::find(groups, drawn->second, &std::pair<Distribution, Trials>::first);
    if (group == groups.end()) group = groups.insert(groups.end(), {drawn->second, {}});
    group->second.push_back(trial);
  }
  return groups;
}

double importance_of(const std::string& name, const Trials& best, const Trials& all) {
  double importance = 0;
  for (const auto& [distribution, group] : by_distribution(name, all)) {
    Trials group_best;
    std::ranges::copy_if(group, std::back_inserter(group_best), [&](const Trial* t) { return std::ranges::find(best, t) != best.end(); });
    if (group.size() < least_trials || group_best.empty() || distribution.is_single()) continue;
    const double among_best = static_cast<double>(group_best.size()) / static_cast<double>(best.size());
    const double among_all = static_cast<double>(group.size()) / static_cast<double>(all.size());
    importance += among_best * among_best / among_all * divergence(name, distribution, group_best, group);
  }
  return importance;
}

}  // namespace

std::map<std::string, double> parameter_importances(const StudyState& study) {
  std::map<std::string, double> importances;
  for (const Trial& trial : study.trials) {
    if (trial.state != TrialState::complete) continue;
    for (const auto& [name, distribution] : trial.distributions) importances[name] = 0;
  }
  const Trials all = finite_trials(study);
  double sum = 0;
  if (all.size() > 1) {
    const Trials best = best_trials(all, study.minimize);
    for (auto& [name, importance] : importances) sum += importance = importance_of(name, best, all);
  }
  for (auto& [name, importance] : importances) importance = sum > 0 ? importance / sum : 1 / static_cast<double>(importances.size());
  return importances;
}

}  // namespace pipeline
