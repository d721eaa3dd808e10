#include "pipeline/search/sampler.h"

#include <algorithm>
#include <cmath>

#include "pipeline/search/pruner.h"

namespace pipeline {

Sampler::~Sampler() = default;
Pruner::~Pruner() = default;

std::map<std::string, double> Sampler::begin(const StudyState&, Trial&) { return {}; }
bool Sampler::is_exhausted(const StudyState&) const { return false; }
std::int64_t Sampler::learns_from() const { return 0; }
std::int64_t Pruner::learns_from() const { return 0; }

void begin_trial(Sampler& sampler, const StudyState& study, Trial& trial) { trial.joint = sampler.begin(study, trial); }

double suggest(Sampler& sampler, const StudyState& study, Trial& trial, const std::string& name, const Distribution& distribution) {
  if (const auto known = trial.parameters.find(name); known != trial.parameters.end()) return known->second;
  double value = 0;
  const auto fixed = trial.fixed.find(name);
  const auto joint = trial.joint.find(name);
  const std::optional<double> given = fixed == trial.fixed.end() ? std::nullopt : distribution.internal(fixed->second);
  if (given) {
    value = *given;
  } else if (distribution.is_single()) {
    value = distribution.is_categorical() ? 0 : distribution.low;
  } else if (joint != trial.joint.end() && distribution.contains(joint->second)) {
    value = joint->second;
  } else {
    value = sampler.sample(study, trial, name, distribution);
  }
  trial.parameters[name] = value;
  trial.distributions[name] = distribution;
  return value;
}

double draw_uniform(const Distribution& d, RandomState& random) {
  if (d.is_categorical()) {
    std::vector<double> drawn(d.choices.size());
    for (double& x : drawn) x = random.uniform();
    return static_cast<double>(std::ranges::max_element(drawn) - drawn.begin());
  }
  const double half = d.step / 2;
  const double low = d.log ? std::log(d.low - half) : d.low - half, high = d.log ? std::log(d.high + half) : d.high + half;
  const double drawn = random.uniform(low, high);
  if (d.step == 0) {
    const double below_high = std::nextafter(d.high, d.high - 1);
    return d.log ? std::clamp(std::exp(drawn), d.low, below_high) : std::min(drawn, below_high);
  }
  if (d.log) return std::clamp(std::nearbyint(std::exp(drawn)), d.low, d.high);
  const double steps = (drawn - d.low) / d.step;
  const double whole = d.kind == Distribution::Kind::integer ? std::floor(steps + 0.5) : std::nearbyint(steps);
  return std::clamp(whole * d.step + d.low, d.low, d.high);
}

}  // namespace pipeline
