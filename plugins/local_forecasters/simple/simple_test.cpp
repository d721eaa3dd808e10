#include <doctest/doctest.h>

#include "../reference.h"
#include "pipeline/errors.h"
#include "simple/drift.h"
#include "simple/naive.h"
#include "simple/seasonal_naive.h"
#include "simple/window_average.h"

using namespace pipeline;
using namespace pipeline::local;
using namespace pipeline::local::simple;

namespace {

const std::vector<double> upper_level{0.975};

template <class Forecaster>
void check_reference(const char* model, const typename Forecaster::Options& options = {}) {
  for (const test::Reference& series : test::references(model)) {
    Forecaster forecaster(options);
    forecaster.fit(series.y, series.season);
    const LocalForecast made = forecaster.forecast(std::ssize(series.mean), upper_level);
    CHECK(test::distance(made.values, series.mean) < 1e-7);
    CHECK(test::distance(made.quantiles, series.upper) < 1e-7);
  }
}

}  // namespace

TEST_CASE("the simple forecasts and their quantiles are those of statsforecast") {
  check_reference<Naive>("Naive");
  check_reference<SeasonalNaive>("SeasonalNaive");
  check_reference<Drift>("Drift");
  for (const test::Reference& series : test::references("WindowAverage")) {
    WindowAverage forecaster({.window_size = std::max<std::int64_t>(series.season, 3)});
    forecaster.fit(series.y, series.season);
    CHECK(test::distance(forecaster.forecast(8, upper_level).values, series.mean) < 1e-7);
    CHECK(forecaster.forecast(8, upper_level).quantiles.empty());
  }
}

TEST_CASE("the simple forecasts keep what every forecaster promises") {
  const test::Reference series = test::references("Naive").back();
  test::check_contract(Naive({}), series);
  test::check_contract(SeasonalNaive({}), series);
  test::check_contract(Drift({}), series);
}

TEST_CASE("an update moves the origin and keeps the parameters") {
  const std::vector<double> y{1, 2, 4, 7, 11}, more{20, 30, 50};
  Drift drift({});
  drift.fit(y, 1);
  drift.update(more);
  CHECK(drift.forecast(2, {}).values == std::vector<double>{52.5, 55});  // the slope of 1 to 11 in four steps
  SeasonalNaive seasonal({});
  seasonal.fit(y, 2);
  seasonal.update(more);
  CHECK(seasonal.forecast(3, {}).values == std::vector<double>{30, 50, 30});
  WindowAverage average({});
  average.fit(y, 2);
  CHECK(average.forecast(2, {}).values == std::vector<double>{9, 9});
  average.update(more);
  CHECK(average.forecast(1, {}).values == std::vector<double>{40});
}

TEST_CASE("a series that is too short is refused in words") {
  const std::vector<double> y{1, 2, 3};
  SeasonalNaive seasonal({});
  CHECK_THROWS_WITH_AS(seasonal.fit(y, 12), "SeasonalNaive needs at least 12 values, and this series has 3", Error);
  WindowAverage average({.window_size = 4});
  CHECK_THROWS_WITH_AS(average.fit(y, 1), "WindowAverage needs at least 4 values, and this series has 3", Error);
  Drift drift({});
  CHECK_THROWS_WITH_AS(drift.fit(std::span(y).first(1), 1), "Drift needs at least 2 values, and this series has 1", Error);
  Naive naive({});
  CHECK_THROWS_WITH_AS(naive.fit({}, 1), "Naive needs at least 1 value, and this series has 0", Error);
}
