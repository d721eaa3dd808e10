#include "kernels.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "pipeline/search/truncated_normal.h"

namespace pipeline::sampler::tpe {

namespace {

struct Observation {
  double value;
  std::size_t index;
};

/// Sorts as NumPy's scalar argsort does, because the order of equal values decides which trial gets the wider kernel. Quicksort with the
/// median of three; insertion for ranges of fewer than 17.
void sort_as_numpy(std::span<Observation> range) {
  const auto less = [](const Observation& a, const Observation& b) { return a.value < b.value; };
  if (range.size() < 17) {
    for (std::size_t i = 1; i < range.size(); ++i) {
      const Observation moved = range[i];
      std::size_t j = i;
      for (; j > 0 && less(moved, range[j - 1]); --j) range[j] = range[j - 1];
      range[j] = moved;
    }
    return;
  }
  const std::size_t last = range.size() - 1, middle = last / 2;
  if (less(range[middle], range.front())) std::swap(range[middle], range.front());
  if (less(range[last], range[middle])) std::swap(range[last], range[middle]);
  if (less(range[middle], range.front())) std::swap(range[middle], range.front());
  const Observation pivot = range[middle];
  std::swap(range[middle], range[last - 1]);
  std::size_t left = 0, right = last - 1;
  for (;;) {
    while (less(range[++left], pivot)) continue;
    while (less(pivot, range[--right])) continue;
    if (left >= right) break;
    std::swap(range[left], range[right]);
  }
  std::swap(range[left], range[last - 1]);
  sort_as_numpy(range.first(left));
  sort_as_numpy(range.subspan(left + 1));
}

/// Each kernel is as wide as the larger gap to its neighbours, within limits that narrow as observations come in.
std::vector<double> kernel_widths(const std::vector<double>& mu, double low, double high) {
  const std::size_t n = mu.size();
  std::vector<Observation> sorted(n);
  for (std::size_t i = 0; i < n; ++i) sorted[i] = {mu[i], i};
  sort_as_numpy(sorted);
  const double narrowest = (high - low) / std::min(100.0, 2.0 + static_cast<double>(n)), widest = high - low;
  std::vector<double> widths(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double here = sorted[i].value;
    const bool is_first = i == 0, is_last = i + 1 == n;
    const double before = is_first ? here - low : here - sorted[i - 1].value, after = is_last ? high - here : sorted[i + 1].value - here;
    double gap = std::max(before, after);
    if (n >= 2 && is_first) gap = after;  // with two or more observations, the ends of the range are not neighbours
    if (n >= 2 && is_last) gap = before;
    widths[sorted[i].index] = std::clamp(gap, narrowest, widest);
  }
  return widths;
}

}  // namespace

NumericKernels::NumericKernels(const Distribution& distribution, std::span<const double> observations)
    : distribution_(distribution),
      low_(axis(distribution.low - distribution.step / 2)),
      high_(axis(distribution.high + distribution.step / 2)) {
  std::vector<double> mu;
  for (const double x : observations) mu.push_back(axis(x));
  std::vector<double> sigma = kernel_widths(mu, low_, high_);
  mu.push_back(0.5 * (low_ + high_));
  sigma.push_back(high_ - low_);
  std::map<std::pair<double, double>, std::size_t> shapes;
  for (std::size_t i = 0; i < mu.size(); ++i) {
    std::size_t shape = mu_.size();
    if (distribution_.step > 0) shape = shapes.try_emplace({mu[i], sigma[i]}, shape).first->second;
    shape_of_.push_back(shape);
    if (shape == mu_.size()) add_shape(mu[i], sigma[i]);
  }
}

double NumericKernels::axis(double x) const { return distribution_.log ? std::log(x) : x; }

void NumericKernels::add_shape(double mu, double sigma) {
  mu_.push_back(mu);
  sigma_.push_back(sigma);
  from_.push_back((low_ - mu) / sigma);
  to_.push_back((high_ - mu) / sigma);
  log_sigma_.push_back(std::log(sigma));
  log_mass_.push_back(log_normal_mass(from_.back(), to_.back()));
}

double NumericKernels::draw(std::size_t kernel, double quantile) const {
  const std::size_t s = shape_of_[kernel];
  double x = truncated_normal_quantile(quantile, from_[s], to_[s]) * sigma_[s] + mu_[s];
  const Distribution& d = distribution_;
  if (d.log) x = std::exp(x);
  if (d.step > 0) x = std::clamp(d.low + std::nearbyint((x - d.low) / d.step) * d.step, d.low, d.high);
  return x;
}

/// By shape: log of the probability of the step at x.
std::vector<double> NumericKernels::log_probabilities(double x) const {
  const double left = axis(x - distribution_.step / 2), right = axis(x + distribution_.step / 2);
  std::vector<double> logs(mu_.size());
  for (std::size_t s = 0; s < logs.size(); ++s)
    logs[s] = log_normal_mass((left - mu_[s]) / sigma_[s], (right - mu_[s]) / sigma_[s]) - log_mass_[s];
  return logs;
}

void NumericKernels::add_log_densities(std::span<const double> values, Densities& sums) const {
  std::map<double, std::vector<double>> known;  // the same steps are drawn again and again
  for (std::size_t point = 0; point < values.size(); ++point) {
    std::vector<double>& sum = sums[point];
    if (distribution_.step > 0) {
      const auto [logs, is_new] = known.try_emplace(values[point]);
      if (is_new) logs->second = log_probabilities(values[point]);
      for (std::size_t kernel = 0; kernel < sum.size(); ++kernel) sum[kernel] += logs->second[shape_of_[kernel]];
    } else {
      const double x = axis(values[point]);
      for (std::size_t kernel = 0; kernel < sum.size(); ++kernel)  // each has a shape of its own
        sum[kernel] += truncated_normal_log_density((x - mu_[kernel]) / sigma_[kernel], from_[kernel], to_[kernel], log_mass_[kernel]) -
                       log_sigma_[kernel];
    }
  }
}

CategoricalKernels::CategoricalKernels(const Distribution& distribution, std::span<const double> observations)
    : choices_(distribution.choices.size()) {
  const double share = 1 / static_cast<double>(observations.size() + 1), sum = 1 + share * static_cast<double>(choices_);
  for (const double observed : observations) observed_.push_back(static_cast<std::size_t>(observed));
  hit_ = (share + 1) / sum;
  miss_ = share / sum;
  even_ = 1 / static_cast<double>(choices_);
}

double CategoricalKernels::weight(std::size_t kernel, std::size_t choice) const {
  if (kernel == observed_.size()) return even_;
  return observed_[kernel] == choice ? hit_ : miss_;
}

double CategoricalKernels::draw(std::size_t kernel, double quantile) const {
  double cumulative = 0;
  std::size_t below = 0;
  for (std::size_t choice = 0; choice + 1 < choices_; ++choice) {  // the last cumulative weight is 1
    cumulative += weight(kernel, choice);
    if (cumulative < quantile) ++below;
  }
  return static_cast<double>(below);
}

void CategoricalKernels::add_log_densities(std::span<const double> values, Densities& sums) const {
  const double hit = std::log(hit_), miss = std::log(miss_), even = std::log(even_);
  for (std::size_t point = 0; point < values.size(); ++point) {
    const auto choice = static_cast<std::size_t>(values[point]);
    for (std::size_t kernel = 0; kernel < observed_.size(); ++kernel) sums[point][kernel] += observed_[kernel] == choice ? hit : miss;
    sums[point].back() += even;
  }
}

}  // namespace pipeline::sampler::tpe
