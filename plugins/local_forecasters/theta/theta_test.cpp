#include <doctest/doctest.h>

#include <random>

#include "../reference.h"
#include "pipeline/errors.h"
#include "theta/theta_forecaster.h"

using namespace pipeline;
using namespace pipeline::local;
using namespace pipeline::local::theta;

namespace {

template <class Forecaster>
void check_reference(const char* model) {
  for (const test::Reference& series : test::references(model)) {
    Forecaster forecaster({});
    forecaster.fit(series.y, series.season);
    CHECK(test::distance(forecaster.forecast(std::ssize(series.mean), {}).values, series.mean) < 1e-6);
  }
}

/// [H] the deviations of many paths that a recursion takes with errors of deviation 1.
std::vector<double> simulated(Line line, const ThetaParameters& parameters, std::span<const double> y, std::size_t horizon) {
  ThetaRecursion start(line, parameters, y);
  for (const double value : y.subspan(1)) start.add(value);
  std::vector<double> sums(horizon), squares(horizon);
  std::mt19937_64 random(3);
  std::normal_distribution<double> error;
  constexpr int paths = 40000;
  for (int path = 0; path < paths; ++path) {
    ThetaRecursion state = start;
    for (std::size_t h = 0; h < horizon; ++h) {
      const double value = state.next() + error(random);
      sums[h] += value;
      squares[h] += value * value;
      state.add(value);
    }
  }
  for (std::size_t h = 0; h < horizon; ++h) squares[h] = std::sqrt(squares[h] / paths - std::pow(sums[h] / paths, 2));
  return squares;
}

}  // namespace

TEST_CASE("the theta forecasts are those of statsforecast") {
  check_reference<Theta>("Theta");
  check_reference<DynamicOptimizedTheta>("DynamicOptimizedTheta");
}

TEST_CASE("the theta models keep what every forecaster promises") {
  for (const test::Reference& series : test::references("Theta")) {
    test::check_contract(Theta({}), series);
    test::check_contract(DynamicOptimizedTheta({}), series);
  }
}

TEST_CASE("the quantiles are those of simulated paths") {
  const test::Reference series = test::references("Theta")[1];  // without a season
  const std::vector<double> one_deviation{0.8413447460685429};
  for (const Line line : {Line::fixed, Line::dynamic}) {
    std::unique_ptr<LocalForecaster> forecaster;
    if (line == Line::fixed) forecaster = std::make_unique<Theta>(NoOptions{});
    if (line == Line::dynamic) forecaster = std::make_unique<DynamicOptimizedTheta>(NoOptions{});
    forecaster->fit(series.y, 1);
    const Value fitted = forecaster->parameters();
    const ThetaParameters parameters{
        .level = fitted.at("level").as_double(), .alpha = fitted.at("alpha").as_double(), .theta = fitted.at("theta").as_double()};
    const std::vector<double> expected = simulated(line, parameters, series.y, 12);
    const LocalForecast made = forecaster->forecast(12, one_deviation);
    for (std::size_t h = 0; h < 12; ++h)
      CHECK((made.quantiles[h] - made.values[h]) / fitted.at("deviation").as_double() == doctest::Approx(expected[h]).epsilon(0.02));
  }
}

TEST_CASE("a constant series is continued, and a short one refused") {
  DynamicOptimizedTheta forecaster({});
  const std::vector<double> y(30, 5.0);
  forecaster.fit(y, 4);
  CHECK(test::distance(forecaster.forecast(4, {}).values, std::vector<double>(4, 5.0)) < 1e-2);
  CHECK_THROWS_WITH_AS(forecaster.fit(std::span(y).first(3), 1), "DynamicOptimizedTheta needs at least 4 values, and this series has 3",
                       Error);
}
