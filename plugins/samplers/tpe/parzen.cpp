#include "parzen.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "pipeline/search/truncated_normal.h"

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

/// Sorts indices [first, last] by value as NumPy's scalar argsort does, because the order of equal values decides which trial gets the
/// wider kernel. Quicksort with the median of three; insertion for ranges of fewer than 17.
void sort_as_numpy(const std::vector<double>& values, std::vector<std::size_t>& order, std::ptrdiff_t first, std::ptrdiff_t last) {
  const auto at = [&](std::ptrdiff_t i) -> std::size_t& { return order[static_cast<std::size_t>(i)]; };
  const auto value = [&](std::ptrdiff_t i) { return values[at(i)]; };
  if (last - first < 16) {
    for (std::ptrdiff_t i = first + 1; i <= last; ++i) {
      for (std::ptrdiff_t j = i; j > first && value(j) < value(j - 1); --j) std::swap(at(j), at(j - 1));
    }
    return;
  }
  const std::ptrdiff_t middle = first + (last - first) / 2;
  if (value(middle) < value(first)) std::swap(at(middle), at(first));
  if (value(last) < value(middle)) std::swap(at(last), at(middle));
  if (value(middle) < value(first)) std::swap(at(middle), at(first));
  const double pivot = value(middle);
  std::swap(at(middle), at(last - 1));
  std::ptrdiff_t left = first, right = last - 1;
  for (;;) {
    while (value(++left) < pivot) continue;
    while (pivot < value(--right)) continue;
    if (left >= right) break;
    std::swap(at(left), at(right));
  }
  std::swap(at(left), at(last - 1));
  sort_as_numpy(values, order, first, left - 1);
  sort_as_numpy(values, order, left + 1, last);
}

/// Each kernel is as wide as the larger gap to its neighbours, within limits that narrow as observations come in.
std::vector<double> kernel_widths(const std::vector<double>& mu, double low, double high) {
  const std::size_t n = mu.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  sort_as_numpy(mu, order, 0, static_cast<std::ptrdiff_t>(n) - 1);
  const double narrowest = (high - low) / std::min(100.0, 2.0 + static_cast<double>(n)), widest = high - low;
  std::vector<double> widths(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double here = mu[order[i]];
    const bool is_first = i == 0, is_last = i + 1 == n;
    const double before = is_first ? here - low : here - mu[order[i - 1]], after = is_last ? high - here : mu[order[i + 1]] - here;
    double gap = std::max(before, after);
    if (n >= 2 && is_first) gap = after;  // with two or more observations, the ends of the range are not neighbours
    if (n >= 2 && is_last) gap = before;
    widths[order[i]] = std::clamp(gap, narrowest, widest);
  }
  return widths;
}

Kernels numeric_kernels(const Distribution& d, const std::vector<double>& observations) {
  const double half = d.step / 2;
  const auto axis = [&](double x) { return d.log ? std::log(x) : x; };
  Kernels k{.distribution = d,
            .low = axis(d.low - half),
            .high = axis(d.high + half),
            .mu = {},
            .sigma = {},
            .log_mass = {},
            .shape_of = {},
            .weights = {}};
  for (const double x : observations) k.mu.push_back(axis(x));
  k.sigma = kernel_widths(k.mu, k.low, k.high);
  k.mu.push_back(0.5 * (k.low + k.high));
  k.sigma.push_back(k.high - k.low);
  std::map<std::pair<double, double>, std::size_t> shapes;
  for (std::size_t i = 0; i < k.mu.size(); ++i) {
    const std::size_t shape = shapes.try_emplace({k.mu[i], k.sigma[i]}, i).first->second;
    k.shape_of.push_back(shape);
    k.log_mass.push_back(shape == i ? log_normal_mass((k.low - k.mu[i]) / k.sigma[i], (k.high - k.mu[i]) / k.sigma[i]) : k.log_mass[shape]);
  }
  return k;
}

Kernels categorical_kernels(const Distribution& d, const std::vector<double>& observations) {
  Kernels k{.distribution = d, .mu = {}, .sigma = {}, .log_mass = {}, .shape_of = {}, .weights = {}};
  const std::size_t choices = d.choices.size(), kernels = observations.size() + 1;
  const double uniform = 1 / static_cast<double>(choices), share = 1 / static_cast<double>(kernels);
  for (const double observed : observations) {
    Point row(choices, share);
    row[static_cast<std::size_t>(observed)] += 1;
    for (double& w : row) w /= 1 + share * static_cast<double>(choices);
    k.weights.push_back(std::move(row));
  }
  k.weights.emplace_back(choices, uniform);
  return k;
}

double draw_choice(const Point& weights, double quantile) {
  double cumulative = 0;
  std::size_t below = 0;
  for (std::size_t c = 0; c + 1 < weights.size(); ++c) {  // the last cumulative weight is 1
    cumulative += weights[c];
    if (cumulative < quantile) ++below;
  }
  return static_cast<double>(below);
}

double draw_number(const Kernels& k, std::size_t kernel, double quantile) {
  const double mu = k.mu[kernel], sigma = k.sigma[kernel];
  double x = truncated_normal_quantile(quantile, (k.low - mu) / sigma, (k.high - mu) / sigma) * sigma + mu;
  const Distribution& d = k.distribution;
  if (d.log) x = std::exp(x);
  if (d.step > 0) x = std::clamp(d.low + std::nearbyint((x - d.low) / d.step) * d.step, d.low, d.high);
  return x;
}

/// Adds the log of a parameter's density at x under each kernel to `sums`.
void add_log_density(const Kernels& k, double x, std::vector<double>& sums) {
  const Distribution& d = k.distribution;
  if (d.is_categorical()) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += std::log(k.weights[i][static_cast<std::size_t>(x)]);
    return;
  }
  const auto axis = [&](double v) { return d.log ? std::log(v) : v; };
  const double left = axis(x - d.step / 2), right = axis(x + d.step / 2);
  std::vector<double> by_kernel(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double mu = k.mu[i], sigma = k.sigma[i];
    if (k.shape_of[i] != i) {
      by_kernel[i] = by_kernel[k.shape_of[i]];
    } else if (d.step > 0) {
      by_kernel[i] = log_normal_mass((left - mu) / sigma, (right - mu) / sigma) - k.log_mass[i];
    } else {
      by_kernel[i] =
          truncated_normal_log_density((left - mu) / sigma, (k.low - mu) / sigma, (k.high - mu) / sigma, k.log_mass[i]) - std::log(sigma);
    }
    sums[i] += by_kernel[i];
  }
}

}  // namespace

ParzenEstimator::ParzenEstimator(const std::vector<Distribution>& space, const std::vector<Point>& observations)
    : weights_(weights_by_age(observations.size())) {
  for (std::size_t p = 0; p < space.size(); ++p) {
    std::vector<double> column;
    for (const Point& point : observations) column.push_back(point[p]);
    parameters_.push_back(space[p].is_categorical() ? categorical_kernels(space[p], column) : numeric_kernels(space[p], column));
  }
}

std::vector<Point> ParzenEstimator::sample(RandomState& random, std::size_t count) const {
  const std::vector<std::size_t> kernels = random.choose(weights_, count);
  std::vector<Point> points(count, Point(parameters_.size()));
  // Draws in Optuna's order: categorical parameters first, then all numeric ones.
  for (const bool categorical : {true, false}) {
    for (std::size_t p = 0; p < parameters_.size(); ++p) {
      const Kernels& k = parameters_[p];
      if (k.distribution.is_categorical() != categorical) continue;
      for (std::size_t i = 0; i < count; ++i) {
        const double quantile = random.uniform();
        points[i][p] = categorical ? draw_choice(k.weights[kernels[i]], quantile) : draw_number(k, kernels[i], quantile);
      }
    }
  }
  return points;
}

std::vector<double> ParzenEstimator::log_density(const std::vector<Point>& points) const {
  std::vector<double> densities;
  for (const Point& point : points) {
    std::vector<double> sums(weights_.size());
    for (std::size_t p = 0; p < parameters_.size(); ++p) add_log_density(parameters_[p], point[p], sums);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += std::log(weights_[i]);
    const double largest = *std::ranges::max_element(sums), shift = std::isinf(largest) ? 0 : largest;
    double total = 0;
    for (const double s : sums) total += std::exp(s - shift);
    densities.push_back(std::log(total) + shift);
  }
  return densities;
}

}  // namespace pipeline::sampler::tpe
