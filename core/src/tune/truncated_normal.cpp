#include "pipeline/search/truncated_normal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace pipeline {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double normal_cdf(double x) { return 0.5 + 0.5 * std::erf(x / std::numbers::sqrt2); }

/// log(exp(a) + exp(b))
double log_sum(double a, double b) {
  if (a == b) return a + std::numbers::ln2;
  return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

/// The asymptotic series of log cdf far to the left, where the cdf itself underflows.
double log_cdf_far_left(double x) {
  double previous = 0, sum = 1, term = 1;
  for (int i = 1; std::abs(previous - sum) > std::numeric_limits<double>::epsilon(); ++i) {
    previous = sum;
    term *= -(2 * i - 1) / (x * x);
    sum += term;
  }
  return -0.5 * x * x - std::log(-x) - log_sqrt_2pi + std::log(sum);
}

double log_mass_left(double a, double b) {
  const double log_a = log_normal_cdf(a), log_b = log_normal_cdf(b);
  return log_b + std::log1p(-std::exp(log_a - log_b));
}

/// x with log_normal_cdf(x) = y, by Newton's method from a logistic or a tail approximation.
double inverse_log_cdf(double y) {
  const bool flipped = y > -1e-2;  // close to 1 the mirrored problem is better conditioned
  const double target = flipped ? std::log(-std::expm1(y)) : y;
  double x = target < -5 ? -std::sqrt(-2 * (target + log_sqrt_2pi)) : -std::sqrt(3) / std::numbers::pi * std::log(std::expm1(-target));
  for (int i = 0; i < 100; ++i) {
    const double log_cdf = log_normal_cdf(x), log_density = -0.5 * x * x - log_sqrt_2pi;
    const double change = (log_cdf - target) * std::exp(log_cdf - log_density);
    x -= change;
    if (std::abs(change) < 1e-8 * std::abs(x)) break;
  }
  return flipped ? -x : x;
}

}  // namespace

double log_normal_cdf(double x) {
  if (x > 6) return -0.5 * std::erfc(x / std::numbers::sqrt2);  // log(1 - e) = -e
  if (x > -20) return std::log(0.5 * std::erfc(-x / std::numbers::sqrt2));
  return x == -infinity ? -infinity : log_cdf_far_left(x);
}

double log_normal_mass(double a, double b) {
  if (b <= 0) return log_mass_left(a, b);
  if (a > 0) return log_mass_left(-b, -a);  // the left tail is the exact one
  return std::log1p(-normal_cdf(a) - normal_cdf(-b));
}

double truncated_normal_quantile(double q, double a, double b) {
  if (q <= 0) return a;
  if (q >= 1) return b;
  const double log_mass = log_normal_mass(a, b);
  const double x = a < 0 ? inverse_log_cdf(log_sum(log_normal_cdf(a), std::log(q) + log_mass))
                         : -inverse_log_cdf(log_sum(log_normal_cdf(-b), std::log1p(-q) + log_mass));
  return std::isnan(x) ? (a < 0 ? b : a) : x;  // the end where the cumulative probability rounds to 1
}

}  // namespace pipeline
