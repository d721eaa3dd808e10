#include "grid_sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline::sampler::grid {

namespace {

constexpr double most_points = 1e6;

/// As the range's own end: 0.1 + 2 * 0.1 is 0.3, as one writes it.
double point_of(const Distribution& d, double low, double above) {
  return d.kind == Distribution::Kind::real && above > 0 ? Distribution::real(low, low + above, d.step).high : low + above;
}

std::vector<double> all_values(const std::string& name, const Distribution& d) {
  if (!d.is_countable())
    throw usage_error("GridSampler cannot enumerate the continuous range of " + name + ": give it a step or choices, or choose TPESampler");
  const double low = d.is_categorical() ? 0 : d.low, step = d.is_categorical() || d.step == 0 ? 1 : d.step;
  const double steps = d.is_categorical() ? static_cast<double>(d.choices.size()) - 1 : std::nearbyint((d.high - d.low) / step);
  if (steps >= most_points)
    throw usage_error("the grid has more than " + format_count(1'000'000) + " points: give " + name + " a larger step");
  std::vector<double> values;
  for (double i = 0; i <= steps; ++i) values.push_back(point_of(d, low, i * step));
  return values;
}

}  // namespace

GridSampler::GridSampler(Options, const SamplerContext& context) : described_(Value::Map{}) {
  double points = 1;
  for (const auto& [name, distribution] : context.space) {
    values_[name] = all_values(name, distribution);
    Value::List shown;
    for (const double v : values_[name]) shown.push_back(distribution.external(v));
    described_[name] = std::move(shown);
    points *= static_cast<double>(values_[name].size());
  }
  if (points > most_points)
    throw usage_error("the grid has more than " + format_count(1'000'000) + " points: use larger steps, or choose TPESampler");
  order_.resize(static_cast<std::size_t>(points));
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  RandomState random(static_cast<std::uint32_t>(context.seed));
  for (std::size_t i = order_.size() - 1; i > 0; --i) std::swap(order_[i], order_[random.integer(static_cast<std::uint32_t>(i))]);
}

/// The points that no trial has begun, in order. The repetition of a lost trial keeps the trial's point.
std::vector<std::size_t> GridSampler::open_points(const StudyState& study) const {
  std::vector<bool> begun(order_.size());
  for (const Trial& trial : study.trials) {
    const auto id = trial.system_state.find("grid_id"), space = trial.system_state.find("search_space");
    if (id == trial.system_state.end() || space == trial.system_state.end() || space->second != described_) continue;
    const auto point = static_cast<std::size_t>(id->second.as_int());
    if (point < order_.size()) begun[point] = true;
  }
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    if (!begun[i]) open.push_back(i);
  }
  return open;
}

std::map<std::string, double> GridSampler::begin(const StudyState& study, Trial& trial) {
  if (trial.system_state.contains("grid_id") || !trial.fixed.empty()) return {};
  const std::vector<std::size_t> open = open_points(study);
  auto id = static_cast<std::size_t>(draw_index(study, trial));
  if (!std::ranges::binary_search(open, id)) id = open.empty() ? id % order_.size() : open.front();
  trial.system_state["search_space"] = described_;
  trial.system_state["grid_id"] = static_cast<std::int64_t>(id);
  return {};
}

double GridSampler::sample(const StudyState&, const Trial& trial, const std::string& name, const Distribution&) {
  const auto known = trial.system_state.find("grid_id");
  if (known == trial.system_state.end())
    throw usage_error("trial " + std::to_string(trial.number) + " was put in the queue without " + name +
                      ": GridSampler takes a value for every parameter there");
  const auto id = static_cast<std::size_t>(known->second.as_int());
  std::size_t rest = order_.at(id);
  for (auto parameter = values_.rbegin(); parameter != values_.rend(); ++parameter) {  // the last name varies fastest
    const std::size_t index = rest % parameter->second.size();
    if (parameter->first == name) return parameter->second[index];
    rest /= parameter->second.size();
  }
  throw usage_error("the parameter " + name + " is not in the grid");
}

bool GridSampler::is_exhausted(const StudyState& study) const { return open_points(study).empty(); }

}  // namespace pipeline::sampler::grid
