#include "parzen.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pipeline::sampler::tpe {

namespace {

/// Normalised weights of the observations, then of the prior: 1 for the latest 25 and the prior, rising linearly to 1 over the older ones.
std::vector<double> weights_by_age(std::size_t n) {
  std::vector<double> weights(n + 1, 1.0);
  if (n > 25) {
    const std::size_t ramp = n - 25;
    const double first = 1 / static_cast<double>(n);
    for (std::size_t i = 0; i < ramp; ++i)
      weights[i] = ramp == 1 ? first : first + (1 - first) * static_cast<double>(i) / static_cast<double>(ramp - 1);
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& w : weights) w /= sum;
  return weights;
}

/// log of the sum of the exponentials
double log_sum(const std::vector<double>& logs) {
  const double largest = *std::ranges::max_element(logs), shift = std::isinf(largest) ? 0 : largest;
  constexpr double least = -746;  // below, exp() is 0, and slow
  double total = 0;
  for (const double log : logs) {
    if (!(log - shift < least)) total += std::exp(log - shift);
  }
  return std::log(total) + shift;
}

}  // namespace

ParzenEstimator::ParzenEstimator(const std::vector<Distribution>& space, const Columns& observations)
    : weights_(weights_by_age(observations.front().size())) {
  for (std::size_t p = 0; p < space.size(); ++p) {
    if (space[p].is_categorical()) {
      parameters_.emplace_back(std::in_place_type<CategoricalKernels>, space[p], observations[p]);
    } else {
      parameters_.emplace_back(std::in_place_type<NumericKernels>, space[p], observations[p]);
    }
  }
}

Columns ParzenEstimator::sample(RandomState& random, std::size_t count) const {
  const std::vector<std::size_t> kernels = random.choose(weights_, count);
  Columns points(parameters_.size(), std::vector<double>(count));
  // Draws in Optuna's order: categorical parameters first, then all numeric ones.
  for (const bool categorical : {true, false}) {
    for (std::size_t p = 0; p < parameters_.size(); ++p) {
      if (std::holds_alternative<CategoricalKernels>(parameters_[p]) != categorical) continue;
      const auto draw = [&](const auto& parameter) {
        for (std::size_t i = 0; i < count; ++i) points[p][i] = parameter.draw(kernels[i], random.uniform());
      };
      std::visit(draw, parameters_[p]);
    }
  }
  return points;
}

std::vector<double> ParzenEstimator::log_density(const Columns& points) const {
  const std::size_t count = points.front().size();
  Densities sums(count, std::vector<double>(weights_.size()));
  for (std::size_t p = 0; p < parameters_.size(); ++p)
    std::visit([&](const auto& parameter) { parameter.add_log_densities(points[p], sums); }, parameters_[p]);
  std::vector<double> log_weights;
  for (const double weight : weights_) log_weights.push_back(std::log(weight));
  std::vector<double> densities;
  for (std::vector<double>& sum : sums) {
    for (std::size_t kernel = 0; kernel < sum.size(); ++kernel) sum[kernel] += log_weights[kernel];
    densities.push_back(log_sum(sum));
  }
  return densities;
}

}  // namespace pipeline::sampler::tpe
