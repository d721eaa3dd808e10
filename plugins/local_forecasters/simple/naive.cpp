#include "naive.h"

#include "../forecast_parts.h"

namespace pipeline::local::simple {

void Naive::fit(std::span<const double> y, std::int64_t) {
  require_values("Naive", y, 1);
  double squares = 0;
  for (std::size_t t = 1; t < y.size(); ++t) squares += (y[t] - y[t - 1]) * (y[t] - y[t - 1]);
  deviation_ = root_mean(squares, static_cast<double>(y.size()) - 1);
  last_ = y.back();
}

void Naive::update(std::span<const double> y) {
  if (!y.empty()) last_ = y.back();
}

LocalForecast Naive::forecast(std::int64_t horizon, std::span<const double> levels) const {
  LocalForecast out{.values = std::vector(static_cast<std::size_t>(horizon), last_), .quantiles = {}};
  std::vector<double> deviations;
  for (std::int64_t h = 1; h <= horizon; ++h) deviations.push_back(deviation_ * std::sqrt(static_cast<double>(h)));
  out.quantiles = normal_quantiles(out.values, deviations, levels);
  return out;
}

Value Naive::parameters() const { return Value::Map{{"deviation", deviation_}}; }

}  // namespace pipeline::local::simple
