#include "ses.h"

#include <numbers>

#include "../forecast_parts.h"

namespace pipeline::local::smoothing {

namespace {

struct Smoothed {
  double level, squared_errors;
};

Smoothed smooth(std::span<const double> y, double alpha) {
  Smoothed out{.level = y.front(), .squared_errors = 0};
  for (const double value : y.subspan(1)) {
    const double error = value - out.level;
    out.squared_errors += error * error;
    out.level += alpha * error;
  }
  return out;
}

/// The minimum of the squared errors by golden section.
double best_alpha(std::span<const double> y) {
  constexpr double share = 1 / std::numbers::phi, tolerance = 1e-8;
  double low = 0.01, high = 0.99;
  double left = high - share * (high - low), right = low + share * (high - low);
  double at_left = smooth(y, left).squared_errors, at_right = smooth(y, right).squared_errors;
  while (high - low > tolerance) {
    if (at_left < at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - share * (high - low);
      at_left = smooth(y, left).squared_errors;
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + share * (high - low);
      at_right = smooth(y, right).squared_errors;
    }
  }
  return (low + high) / 2;
}

}  // namespace

void SES::fit(std::span<const double> y, std::int64_t) {
  require_values("SES", y, 1);
  alpha_ = best_alpha(y);
  const Smoothed smoothed = smooth(y, alpha_);
  level_ = smoothed.level;
  deviation_ = root_mean(smoothed.squared_errors, static_cast<double>(y.size()) - 1);
}

void SES::update(std::span<const double> y) {
  for (const double value : y) level_ += alpha_ * (value - level_);
}

LocalForecast SES::forecast(std::int64_t horizon, std::span<const double> levels) const {
  LocalForecast out{.values = std::vector(static_cast<std::size_t>(horizon), level_), .quantiles = {}};
  std::vector<double> deviations;
  for (std::int64_t h = 0; h < horizon; ++h) deviations.push_back(deviation_ * std::sqrt(1 + alpha_ * alpha_ * static_cast<double>(h)));
  out.quantiles = normal_quantiles(out.values, deviations, levels);
  return out;
}

Value SES::parameters() const { return Value::Map{{"alpha", alpha_}, {"deviation", deviation_}}; }

}  // namespace pipeline::local::smoothing
