#include "complex_smoothing/ces.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "../reference.h"
#include "pipeline/errors.h"

using namespace pipeline;
using namespace pipeline::local;
using namespace pipeline::local::complex_smoothing;

TEST_CASE("CES forecasts as statsforecast's AutoCES does") {
  std::size_t equal = 0, kept = 0;
  const std::vector<test::Reference> all = test::references("CES");
  for (const test::Reference& series : all) {
    CES forecaster({});
    forecaster.fit(series.y, series.season);
    const double apart = test::distance(forecaster.forecast(std::ssize(series.mean), {}).values, series.mean);
    CHECK(apart < 0.05);
    equal += apart < 1e-5 ? 1 : 0;
    CES moved = forecaster;
    moved.update(std::span(series.y).first(1));
    const bool keeps_weights = moved.parameters() == forecaster.parameters();
    kept += keeps_weights ? 1 : 0;
    test::check_contract(forecaster, series, true, keeps_weights);
  }
  CHECK(equal >= all.size() - 3);  // two paths of the search may part where corners are equal
  CHECK(kept >= 25);
}

TEST_CASE("the models that are chosen by name have their season") {
  const test::Reference series = test::references("CES")[20];  // four steps a season
  for (const char* model : {"N", "S", "P", "F"}) {
    CES forecaster({.model = model});
    forecaster.fit(series.y, series.season);
    CHECK(forecaster.parameters().at("model").as_string() == model);
    test::check_contract(forecaster, series);
    forecaster.fit(series.y, 1);
    CHECK(forecaster.parameters().at("model").as_string() == "N");  // there is no season to model
  }
}

TEST_CASE("the deviations are those of simulated paths") {
  const CesWeights weights{.alpha_real = 1.2, .alpha_imaginary = 1.0, .beta_real = 0.3, .beta_imaginary = 0.9};
  const std::vector<CesState> start(4, CesState{.level = 100, .potential = 90, .season = 5, .season_potential = 4});
  for (const Season kind : {Season::none, Season::simple, Season::partial, Season::full}) {
    const CesRecursion state(kind, weights, kind == Season::none ? std::span(start).first(1) : std::span(start));
    CesRecursion response(kind, weights, std::vector<CesState>(kind == Season::none ? 1 : 4));
    std::vector<double> expected{1};
    for (std::size_t h = 1; h < 10; ++h) {
      response.add_error(h == 1 ? 1 : 0);
      expected.push_back(expected.back() + response.next() * response.next());
    }
    std::mt19937_64 random(3);
    std::normal_distribution<double> error;
    std::vector<double> sums(10), squares(10);
    constexpr int paths = 40000;
    for (int path = 0; path < paths; ++path) {
      CesRecursion walk = state;
      for (std::size_t h = 0; h < 10; ++h) {
        const double miss = error(random), value = walk.next() + miss;
        sums[h] += value;
        squares[h] += value * value;
        walk.add_error(miss);
      }
    }
    for (std::size_t h = 0; h < 10; ++h)
      CHECK(squares[h] / paths - std::pow(sums[h] / paths, 2) == doctest::Approx(expected[h]).epsilon(0.04));
  }
}

TEST_CASE("later values never let the forecasts grow beyond the series") {
  std::mt19937_64 random(5);
  std::normal_distribution<double> noise(0, 0.3);
  for (int series = 0; series < 20; ++series) {
    std::vector<double> y;
    for (int hour = 0; hour < 400; ++hour) y.push_back(10 + 3 * std::sin(0.2618 * hour + series) + noise(random));
    CES forecaster({});
    forecaster.fit(std::span(y).first(static_cast<std::size_t>(60 + 3 * series)), 24);
    forecaster.update(std::span(y).subspan(static_cast<std::size_t>(60 + 3 * series)));
    for (const double value : forecaster.forecast(24, {}).values) CHECK(std::abs(value - 10) < 10);
  }
}

TEST_CASE("a series that is too short is refused in words") {
  CES forecaster({});
  const std::vector<double> y{1, 2, 3, 4};
  CHECK_THROWS_WITH_AS(forecaster.fit(y, 1), "CES needs at least 5 values, and this series has 4", Error);
}
