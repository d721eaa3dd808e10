#include "comparison.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>

#include <boost/math/distributions/students_t.hpp>

namespace pipeline::stage::backtest {

namespace {

double mean_of(std::span<const double> numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0) / static_cast<double>(numbers.size());
}

/// The autocovariance at a lag, divided by the count of all numbers.
double autocovariance(std::span<const double> numbers, double mean, std::int64_t lag) {
  double sum = 0;
  for (std::size_t i = static_cast<std::size_t>(lag); i < numbers.size(); ++i)
    sum += (numbers[i] - mean) * (numbers[i - static_cast<std::size_t>(lag)] - mean);
  return sum / static_cast<double>(numbers.size());
}

/// The variance of the mean.
double variance_of_mean(std::span<const double> numbers, double mean, std::int64_t lags, bool bartlett) {
  double sum = autocovariance(numbers, mean, 0);
  for (std::int64_t lag = 1; lag <= lags; ++lag) {
    const double weight = bartlett ? 1 - static_cast<double>(lag) / static_cast<double>(lags + 1) : 1;
    sum += 2 * weight * autocovariance(numbers, mean, lag);
  }
  return sum / static_cast<double>(numbers.size());
}

/// The number at a share of sorted ones, on a line between neighbours.
double quantile_of(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double high = sorted[std::min(below + 1, sorted.size() - 1)];
  return sorted[below] + (place - static_cast<double>(below)) * (high - sorted[below]);
}

/// The mean of one number for each series, turned into a result, with the interval of its bootstrap.
Bootstrapped bootstrapped(std::span<const double> of_series, std::uint64_t seed, const std::function<double(double)>& finish) {
  constexpr int samples = 1000;
  std::mt19937_64 random(seed);
  std::vector<double> means;
  for (int sample = 0; sample < samples; ++sample) {
    double sum = 0;
    for (std::size_t i = 0; i < of_series.size(); ++i) sum += of_series[random() % of_series.size()];
    means.push_back(finish(sum / static_cast<double>(of_series.size())));
  }
  std::ranges::sort(means);
  return {.value = finish(mean_of(of_series)), .low = quantile_of(means, 0.025), .high = quantile_of(means, 0.975)};
}

double clipped_ratio(double error, double reference) {
  constexpr double least = 0.01, most = 100;
  if (reference == 0) return error == 0 ? 1 : most;
  return std::clamp(error / reference, least, most);
}

}  // namespace

std::optional<DieboldMariano> diebold_mariano(std::span<const double> differences, std::int64_t lags) {
  const auto n = static_cast<double>(differences.size()), overlapping = static_cast<double>(lags);
  if (differences.size() < 2 || n <= overlapping) return std::nullopt;
  DieboldMariano out{.lags = lags};
  const double mean = mean_of(differences);
  double variance = variance_of_mean(differences, mean, lags, false);
  if (!(variance > 0)) {
    out.bartlett = true;
    variance = variance_of_mean(differences, mean, lags, true);
  }
  // Of equal differences rounding leaves a variance, and it would say that they are certain.
  if (std::ranges::all_of(differences, [&](double other) { return other == differences.front(); })) return std::nullopt;
  const double correction = (n + 1 - 2 * (overlapping + 1) + (overlapping + 1) * overlapping / n) / n;
  if (!(variance > 0) || !(correction > 0)) return std::nullopt;
  out.statistic = mean / std::sqrt(variance) * std::sqrt(correction);
  const boost::math::students_t student(n - 1);
  out.p_value = 2 * boost::math::cdf(student, -std::abs(out.statistic));
  return out;
}

std::optional<SeriesComparison> compare_series(std::span<const double> errors, std::span<const double> reference, std::uint64_t seed) {
  if (errors.empty()) return std::nullopt;
  std::vector<double> logarithms, wins;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    logarithms.push_back(std::log(clipped_ratio(errors[i], reference[i])));
    wins.push_back(errors[i] < reference[i] ? 1 : errors[i] > reference[i] ? 0 : 0.5);
  }
  SeriesComparison out{.skill = bootstrapped(logarithms, seed, [](double mean) { return 1 - std::exp(mean); }),
                       .win_rate = bootstrapped(wins, seed, [](double mean) { return mean; })};
  return out;
}

}  // namespace pipeline::stage::backtest
