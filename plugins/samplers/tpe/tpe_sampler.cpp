#include "tpe_sampler.h"

#include <algorithm>

#include "parzen.h"
#include "split.h"

namespace pipeline::sampler::tpe {

namespace {

/// Whether the trial's value of a parameter has the same meaning here: the index of a choice is its place in the list.
bool is_comparable(const Trial& trial, const std::string& name, const Distribution& distribution) {
  const auto there = trial.distributions.find(name);
  return there == trial.distributions.end() || there->second.is_compatible_with(distribution);
}

/// The trials' points in a space, without the trials that lack one of its parameters or had it over other choices.
std::vector<Point> points_in(const std::map<std::string, Distribution>& space, const std::vector<const Trial*>& trials) {
  std::vector<Point> points;
  for (const Trial* trial : trials) {
    Point point;
    for (const auto& [name, distribution] : space) {
      const auto suggested = trial->parameters.find(name);
      const auto drawn = trial->joint.find(name);  // for a running trial that has not yet asked for the parameter
      if (!is_comparable(*trial, name, distribution)) break;
      if (suggested != trial->parameters.end()) {
        point.push_back(suggested->second);
      } else if (!trial->is_finished() && drawn != trial->joint.end()) {
        point.push_back(drawn->second);
      }
    }
    if (point.size() == space.size()) points.push_back(std::move(point));
  }
  return points;
}

}  // namespace

TPESampler::TPESampler(Options options, const SamplerContext& context)
    : options_(options), model_random_(context.seed, context.mode), startup_random_(context.seed, context.mode) {}

std::map<std::string, double> TPESampler::sample_space(const StudyState& study, const Trial& trial,
                                                       const std::map<std::string, Distribution>& space, RandomState& random) const {
  std::vector<Distribution> distributions;
  for (const auto& [name, distribution] : space) distributions.push_back(distribution);
  const Split split = split_trials(study, trial, options_.constant_liar);
  const ParzenEstimator good(distributions, points_in(space, split.below)), bad(distributions, points_in(space, split.above));
  const std::vector<Point> candidates = good.sample(random, static_cast<std::size_t>(options_.n_ei_candidates));
  std::vector<double> scores = good.log_density(candidates);
  const std::vector<double> against = bad.log_density(candidates);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] -= against[i];
  const Point& best = candidates[static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin())];
  std::map<std::string, double> values;
  std::size_t i = 0;
  for (const auto& [name, distribution] : space) values[name] = best[i++];
  return values;
}

std::map<std::string, double> TPESampler::begin(const StudyState& study, Trial& trial) {
  if (!options_.multivariate || count_results(study) < static_cast<std::size_t>(options_.n_startup_trials)) return {};
  const std::map<std::string, Distribution> space = common_space(study);
  if (space.empty()) return {};
  return sample_space(study, trial, space, model_random_.at(draw_index(study, trial), ""));
}

double TPESampler::sample(const StudyState& study, const Trial& trial, const std::string& name, const Distribution& distribution) {
  if (count_results(study) < static_cast<std::size_t>(options_.n_startup_trials))
    return draw_uniform(distribution, startup_random_.at(draw_index(study, trial), name));
  return sample_space(study, trial, {{name, distribution}}, model_random_.at(draw_index(study, trial), name)).at(name);
}

}  // namespace pipeline::sampler::tpe
