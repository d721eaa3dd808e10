#include "tpe_sampler.h"

#include <algorithm>

#include "by_name.h"
#include "parzen.h"
#include "split.h"

namespace pipeline::sampler::tpe {

namespace {

/// Appends the trial's point in a space to the columns. Nothing if the trial lacks one of the parameters, or had it over other choices: the
/// index of a choice is its place in the list.
void append_point(const std::map<std::string, Distribution>& space, const Trial& trial, Columns& columns) {
  std::vector<double> point;
  point.reserve(space.size());
  auto suggested = trial.parameters.begin();
  auto there = trial.distributions.begin();
  for (const auto& [name, distribution] : space) {
    if (move_to(there, trial.distributions.end(), name) && !there->second.is_compatible_with(distribution)) return;
    if (move_to(suggested, trial.parameters.end(), name)) {
      point.push_back(suggested->second);
      continue;
    }
    const auto drawn = trial.joint.find(name);  // of a running trial that has not yet asked for the parameter
    if (trial.is_finished() || drawn == trial.joint.end()) return;
    point.push_back(drawn->second);
  }
  for (std::size_t i = 0; i < point.size(); ++i) columns[i].push_back(point[i]);
}

Columns points_in(const std::map<std::string, Distribution>& space, const std::vector<const Trial*>& trials) {
  Columns columns(space.size());
  for (const Trial* trial : trials) append_point(space, *trial, columns);
  return columns;
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
  const Columns candidates = good.sample(random, static_cast<std::size_t>(options_.n_ei_candidates));
  std::vector<double> scores = good.log_density(candidates);
  const std::vector<double> against = bad.log_density(candidates);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] -= against[i];
  const auto best = static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
  std::map<std::string, double> values;
  auto column = candidates.begin();
  for (const auto& [name, distribution] : space) values[name] = (*column++)[best];
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
