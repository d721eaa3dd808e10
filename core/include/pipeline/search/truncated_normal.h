#pragma once

#include <limits>

#include "pipeline/export.h"
#include "pipeline/search/tier.h"

/// The standard normal distribution truncated to an interval, in logarithms and accurate far in the tails, with the case distinctions of
/// Optuna 5's _truncnorm (after SciPy's truncnorm).
namespace pipeline {

inline constexpr double log_sqrt_2pi = 0x1.d67f1c864beb4p-1;  ///< as std::log(std::sqrt(2 * pi)) rounds

/// log of the normal cumulative distribution function.
[[nodiscard]] PIPELINE_EXPORT double log_normal_cdf(double x);
/// log of the probability of [a, b].
[[nodiscard]] PIPELINE_EXPORT double log_normal_mass(double a, double b);
/// The point of [a, b] below which a share `q` of the probability lies.
[[nodiscard]] PIPELINE_EXPORT double truncated_normal_quantile(double q, double a, double b);
/// log of the density at x of the normal truncated to [a, b], whose log_normal_mass is `log_mass`; -infinity outside.
[[nodiscard]] inline double truncated_normal_log_density(double x, double a, double b, double log_mass) {
  if (x < a || x > b) return -std::numeric_limits<double>::infinity();
  return -0.5 * x * x - log_sqrt_2pi - log_mass;
}

}  // namespace pipeline
