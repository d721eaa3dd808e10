#include "theta_forecaster.h"

#include <algorithm>
#include <cmath>

#include "../forecast_parts.h"
#include "../nelder_mead.h"

namespace pipeline::local::theta {

namespace {

constexpr std::size_t burn_in = 3;  ///< errors that depend most on the first level

}  // namespace

void ThetaForecaster::fit(std::span<const double> y, std::int64_t season) {
  require_values(name_, y, burn_in + 1);
  season_ = SeasonalAdjustment(y, season);
  std::vector<double> adjusted(y.begin(), y.end());
  for (std::size_t t = 0; t < y.size(); ++t) adjusted[t] = season_.remove(y[t], static_cast<std::int64_t>(t));
  parameters_ = best_parameters(adjusted);
  deviation_ = root_mean(squared_errors(parameters_, adjusted), static_cast<double>(y.size() - burn_in));
  state_.emplace(line_, parameters_, adjusted);
  for (std::size_t t = 1; t < y.size(); ++t) state_->add(adjusted[t]);
  count_ = std::ssize(y);
}

void ThetaForecaster::update(std::span<const double> y) {
  for (const double value : y) state_->add(season_.remove(value, count_++));
}

double ThetaForecaster::squared_errors(const ThetaParameters& parameters, std::span<const double> y) const {
  ThetaRecursion state(line_, parameters, y);
  double sum = 0;
  for (std::size_t t = 1; t < y.size(); ++t) {
    const double error = y[t] - state.next();
    if (t >= burn_in) sum += error * error;
    state.add(y[t]);
  }
  return sum;
}

ThetaParameters ThetaForecaster::best_parameters(std::span<const double> y) const {
  double size = 0;  // the tolerance of the search is relative to it
  for (const double value : y) size += std::abs(value) / static_cast<double>(y.size());
  size = std::max(size, 1e-10);
  Box box{.lower = {-1e10, 0.1}, .upper = {1e10, 0.99}};
  std::vector<double> start{y.front() / 2, 0.5};
  if (line_ == Line::dynamic) {
    box.lower.push_back(1);
    box.upper.push_back(1e10);
    start.push_back(2);
  }
  const auto parameters = [](std::span<const double> x) {
    return ThetaParameters{.level = x[0], .alpha = x[1], .theta = x.size() > 2 ? x[2] : 2};
  };
  return parameters(NelderMead(std::move(box))
                        .minimise([&](std::span<const double> x) { return squared_errors(parameters(x), y) / size; }, std::move(start)));
}

std::vector<double> ThetaForecaster::deviations(std::int64_t horizon) const {
  std::vector<double> variances(static_cast<std::size_t>(horizon), 1);
  for (std::int64_t h = 0; h + 1 < horizon; ++h) {  // the error of step h moves the later ones
    ThetaRecursion response(line_, parameters_, count_ + h);
    response.add(1);
    for (std::int64_t later = h + 1; later < horizon; ++later) {
      const double moved = response.next();
      variances[static_cast<std::size_t>(later)] += moved * moved;
      response.add(moved);
    }
  }
  for (double& variance : variances) variance = deviation_ * std::sqrt(variance);
  return variances;
}

LocalForecast ThetaForecaster::forecast(std::int64_t horizon, std::span<const double> levels) const {
  LocalForecast out;
  ThetaRecursion state = *state_;
  for (std::int64_t h = 0; h < horizon; ++h) {
    const double next = state.next();
    out.values.push_back(season_.restore(next, count_ + h));
    state.add(next);
  }
  if (levels.empty()) return out;
  std::vector<double> spread = deviations(horizon);
  for (std::int64_t h = 0; h < horizon; ++h) {
    double& deviation = spread[static_cast<std::size_t>(h)];
    deviation = season_.restore_deviation(deviation, count_ + h);
  }
  out.quantiles = normal_quantiles(out.values, spread, levels);
  return out;
}

Value ThetaForecaster::parameters() const {
  return Value::Map{{"level", parameters_.level},
                    {"alpha", parameters_.alpha},
                    {"theta", parameters_.theta},
                    {"seasonal", !season_.none()},
                    {"deviation", deviation_}};
}

}  // namespace pipeline::local::theta
