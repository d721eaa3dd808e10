#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "basic_tests.h"
#include "pipeline/data/local_forecaster.h"

namespace pipeline::component_tests {

namespace {

constexpr std::int64_t season = 12;
constexpr std::array levels{0.1, 0.5, 0.9};

/// Six seasons of a growing positive series, with some noise that is always the same.
std::vector<double> made_series(double level) {
  std::vector<double> out;
  for (int t = 0; t < 6 * season; ++t) out.push_back(level * (1 + 0.2 * std::sin(t * 2 * std::numbers::pi / season)) + t + t * t % 7);
  return out;
}

Component<LocalForecaster> fitted(const ComponentTestContext& context, std::span<const double> y) {
  auto forecaster = context.registry.make<LocalForecaster>(context.component.name, context.options);
  forecaster->fit(y, season);
  return forecaster;
}

std::string fault_of(const LocalForecast& made, std::size_t horizon) {
  if (made.values.size() != horizon)
    return "it gives " + std::to_string(made.values.size()) + " values for " + std::to_string(horizon) + " steps";
  if (!std::ranges::all_of(made.values, [](double value) { return std::isfinite(value); })) return "a forecast is no number";
  if (made.quantiles.empty()) return "";
  if (made.quantiles.size() != horizon * levels.size())
    return "it gives " + std::to_string(made.quantiles.size()) + " quantiles for " + std::to_string(horizon) + " steps and " +
           std::to_string(levels.size()) + " levels";
  for (std::size_t h = 0; h < horizon; ++h) {
    if (!std::ranges::is_sorted(std::span(made.quantiles).subspan(h * levels.size(), levels.size())))
      return "the quantiles of step " + std::to_string(h + 1) + " do not ascend";
  }
  return "";
}

}  // namespace

std::vector<Check> ForecasterTest::run(const ComponentTestContext& context) {
  CheckList list;
  const std::vector<double> y = made_series(100), other = made_series(5);
  list.add("a value for every step", [&] { return fault_of(fitted(context, y)->forecast(2 * season + 1, levels), 2 * season + 1); });
  list.add("a longer horizon begins with a shorter one", [&]() -> std::string {
    const auto forecaster = fitted(context, y);
    const std::vector<double> longer = forecaster->forecast(season, {}).values, shorter = forecaster->forecast(3, {}).values;
    return std::equal(shorter.begin(), shorter.end(), longer.begin()) ? "" : "the first steps depend on the horizon";
  });
  list.add("fitted anew", [&]() -> std::string {
    const auto forecaster = fitted(context, other);
    forecaster->update(std::span(y).first(5));
    forecaster->fit(y, season);
    return forecaster->forecast(season, {}).values == fitted(context, y)->forecast(season, {}).values
               ? ""
               : "fit() keeps something of the series before";
  });
  list.add("update", [&]() -> std::string {
    const auto forecaster = fitted(context, std::span(y).first(5 * season));
    const std::vector<double> before = forecaster->forecast(season, {}).values;
    forecaster->update({});
    if (forecaster->forecast(season, {}).values != before) return "an update without values changes the forecast";
    forecaster->update(std::span(y).last(season));
    return fault_of(forecaster->forecast(season, levels), season);
  });
  list.add("short series", [&]() -> std::string {
    try {
      return fault_of(fitted(context, std::span(y).first(1))->forecast(2, levels), 2);
    } catch (const Error& error) {
      return error.status() == ExitStatus::data ? "" : "an Error about a short series has another status than data";
    }
  });
  return list.take();
}

}  // namespace pipeline::component_tests
