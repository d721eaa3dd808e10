#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pipeline::local {

enum class Seasonality { additive, multiplicative };

/// [season] the seasonal indices of the classical decomposition, the one of y[0] first: the mean of each season's distance (ratio) to the
/// centred moving average over one season. Their mean is 0 (1). `y` holds two seasons at least.
/// Source: Makridakis, Wheelwright and Hyndman, Forecasting: Methods and Applications, 1998, section 3.4.
[[nodiscard]] inline std::vector<double> seasonal_indices(std::span<const double> y, std::int64_t season, Seasonality kind) {
  const auto m = static_cast<std::size_t>(season), half = m / 2;
  std::vector<double> sums(m), counts(m);
  for (std::size_t t = half; t + half < y.size(); ++t) {
    double trend = 0;
    for (std::size_t i = t - half; i <= t + half; ++i) trend += y[i];
    if (m % 2 == 0) trend -= (y[t - half] + y[t + half]) / 2;  // a window of m + 1 values, the outer ones counted by half
    trend /= static_cast<double>(m);
    sums[t % m] += kind == Seasonality::additive ? y[t] - trend : y[t] / trend;
    counts[t % m] += 1;
  }
  double mean = 0;
  for (std::size_t i = 0; i < m; ++i) mean += (sums[i] /= counts[i]) / static_cast<double>(m);
  for (double& index : sums) index = kind == Seasonality::additive ? index - mean : index / mean;
  return sums;
}

}  // namespace pipeline::local
