#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "pipeline/data/local_forecaster.h"
#include "pipeline/errors.h"
#include "pipeline/search/truncated_normal.h"

/// Shared by the forecasters of one series.
namespace pipeline::local {

/// Error (data) for a series with less than `least` values.
inline void require_values(const char* model, std::span<const double> y, std::size_t least) {
  if (y.size() >= least) return;
  throw data_error(std::string(model) + " needs at least " + std::to_string(least) + (least == 1 ? " value" : " values") +
                   ", and this series has " + std::to_string(y.size()));
}

/// [H, Q] the quantiles of normal distributions with these means and standard deviations.
inline std::vector<double> normal_quantiles(std::span<const double> means, std::span<const double> deviations,
                                            std::span<const double> levels) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> scores;
  for (const double level : levels) scores.push_back(truncated_normal_quantile(level, -infinity, infinity));
  std::vector<double> out;
  out.reserve(means.size() * levels.size());
  for (std::size_t h = 0; h < means.size(); ++h)
    for (const double score : scores) out.push_back(means[h] + score * deviations[h]);
  return out;
}

/// Square root of the sum of squares over `count`; 0 where nothing can be compared.
inline double root_mean(double squares, double count) { return count > 0 ? std::sqrt(squares / count) : 0; }

}  // namespace pipeline::local
