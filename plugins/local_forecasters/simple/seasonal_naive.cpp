#include "seasonal_naive.h"

#include "../forecast_parts.h"

namespace pipeline::local::simple {

void SeasonalNaive::fit(std::span<const double> y, std::int64_t season) {
  const auto m = static_cast<std::size_t>(season);
  require_values("SeasonalNaive", y, m);
  double squares = 0;
  for (std::size_t t = m; t < y.size(); ++t) squares += (y[t] - y[t - m]) * (y[t] - y[t - m]);
  deviation_ = root_mean(squares, static_cast<double>(y.size() - m));
  last_.assign(y.end() - season, y.end());
  next_ = 0;
}

void SeasonalNaive::update(std::span<const double> y) {
  for (const double value : y) {
    last_[next_] = value;
    next_ = (next_ + 1) % last_.size();
  }
}

LocalForecast SeasonalNaive::forecast(std::int64_t horizon, std::span<const double> levels) const {
  LocalForecast out;
  std::vector<double> deviations;
  for (std::size_t h = 0; h < static_cast<std::size_t>(horizon); ++h) {
    out.values.push_back(last_[(next_ + h) % last_.size()]);
    const std::size_t steps = h / last_.size() + 1;  // of the walk at this place in the season
    deviations.push_back(deviation_ * std::sqrt(static_cast<double>(steps)));
  }
  out.quantiles = normal_quantiles(out.values, deviations, levels);
  return out;
}

Value SeasonalNaive::parameters() const { return Value::Map{{"deviation", deviation_}}; }

}  // namespace pipeline::local::simple
