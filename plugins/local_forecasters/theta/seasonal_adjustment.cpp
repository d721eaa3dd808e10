#include "seasonal_adjustment.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pipeline::local::theta {

namespace {

/// Whether the autocorrelation at the season is beyond the 90 % limits, as in Assimakopoulos and Nikolopoulos (2000).
bool is_seasonal(std::span<const double> y, std::size_t season) {
  constexpr double score = 1.6448536269514722;  // the normal quantile at 0.95
  const auto n = static_cast<double>(y.size());
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / n;
  const auto covariance = [&](std::size_t lag) {
    double sum = 0;
    for (std::size_t t = lag; t < y.size(); ++t) sum += (y[t] - mean) * (y[t - lag] - mean);
    return sum;
  };
  const double variance = covariance(0);
  if (variance == 0) return false;
  double squares = 0;
  for (std::size_t lag = 1; lag < season; ++lag) squares += std::pow(covariance(lag) / variance, 2);
  return std::abs(covariance(season) / variance) > score * std::sqrt((1 + 2 * squares) / n);
}

}  // namespace

SeasonalAdjustment::SeasonalAdjustment(std::span<const double> y, std::int64_t season) {
  const auto m = static_cast<std::size_t>(season);
  if (m < 4 || y.size() < 2 * m || !is_seasonal(y, m)) return;
  const bool positive = std::ranges::min(y) > 0;
  if (positive) indices_ = seasonal_indices(y, season, Seasonality::multiplicative);
  if (!positive || std::ranges::min(indices_) < 0.01) {  // a division by almost 0
    kind_ = Seasonality::additive;
    indices_ = seasonal_indices(y, season, Seasonality::additive);
  }
}

double SeasonalAdjustment::remove(double value, std::int64_t t) const {
  if (none()) return value;
  return kind_ == Seasonality::additive ? value - index(t) : value / index(t);
}

double SeasonalAdjustment::restore(double value, std::int64_t t) const {
  if (none()) return value;
  return kind_ == Seasonality::additive ? value + index(t) : value * index(t);
}

double SeasonalAdjustment::restore_deviation(double deviation, std::int64_t t) const {
  return none() || kind_ == Seasonality::additive ? deviation : deviation * index(t);
}

}  // namespace pipeline::local::theta
