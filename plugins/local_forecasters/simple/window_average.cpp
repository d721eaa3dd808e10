#include "window_average.h"

#include <numeric>

#include "../forecast_parts.h"

namespace pipeline::local::simple {

void WindowAverage::fit(std::span<const double> y, std::int64_t season) {
  const std::int64_t window = options_.window_size > 0 ? options_.window_size : season;
  require_values("WindowAverage", y, static_cast<std::size_t>(window));
  last_.assign(y.end() - window, y.end());
  next_ = 0;
}

void WindowAverage::update(std::span<const double> y) {
  for (const double value : y) {
    last_[next_] = value;
    next_ = (next_ + 1) % last_.size();
  }
}

LocalForecast WindowAverage::forecast(std::int64_t horizon, std::span<const double>) const {
  const double mean = std::accumulate(last_.begin(), last_.end(), 0.0) / static_cast<double>(last_.size());
  return {.values = std::vector(static_cast<std::size_t>(horizon), mean), .quantiles = {}};
}

Value WindowAverage::parameters() const { return Value::Map{{"window_size", static_cast<std::int64_t>(last_.size())}}; }

}  // namespace pipeline::local::simple
