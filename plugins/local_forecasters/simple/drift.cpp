#include "drift.h"

#include "../forecast_parts.h"

namespace pipeline::local::simple {

void Drift::fit(std::span<const double> y, std::int64_t) {
  require_values("Drift", y, 2);
  steps_ = static_cast<double>(y.size() - 1);
  slope_ = (y.back() - y.front()) / steps_;
  double squares = 0;
  for (std::size_t t = 1; t < y.size(); ++t) {
    const double error = y[t] - y[t - 1] - slope_;
    squares += error * error;
  }
  deviation_ = root_mean(squares, steps_);
  last_ = y.back();
}

void Drift::update(std::span<const double> y) {
  if (!y.empty()) last_ = y.back();
}

LocalForecast Drift::forecast(std::int64_t horizon, std::span<const double> levels) const {
  LocalForecast out;
  std::vector<double> deviations;
  for (std::int64_t step = 1; step <= horizon; ++step) {
    const auto h = static_cast<double>(step);
    out.values.push_back(last_ + slope_ * h);
    deviations.push_back(deviation_ * std::sqrt(h * (1 + h / steps_)));
  }
  out.quantiles = normal_quantiles(out.values, deviations, levels);
  return out;
}

Value Drift::parameters() const { return Value::Map{{"slope", slope_}, {"deviation", deviation_}}; }

}  // namespace pipeline::local::simple
