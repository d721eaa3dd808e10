#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "../reference.h"
#include "exponential_smoothing/auto_ets.h"
#include "exponential_smoothing/ets_variance.h"
#include "exponential_smoothing/ses.h"
#include "pipeline/errors.h"

using namespace pipeline;
using namespace pipeline::local;
using namespace pipeline::local::smoothing;

namespace {

/// [H] the deviations of many paths that a model takes.
std::vector<double> simulated(const EtsFit& fit, std::size_t horizon) {
  std::vector<double> sums(horizon), squares(horizon);
  std::mt19937_64 random(3);
  std::normal_distribution<double> error(0, std::sqrt(fit.variance));
  constexpr int paths = 40000;
  for (int path = 0; path < paths; ++path) {
    EtsFit state = fit;
    for (std::size_t h = 0; h < horizon; ++h) {
      const double mean = ets_means(state, 1).front();
      const double value = fit.form.error == Part::additive ? mean + error(random) : mean * (1 + error(random));
      sums[h] += value;
      squares[h] += value * value;
      advance_all(state.state, state.form, state.weights, std::span(&value, 1));
    }
  }
  for (std::size_t h = 0; h < horizon; ++h) squares[h] = std::sqrt(squares[h] / paths - std::pow(sums[h] / paths, 2));
  return squares;
}

}  // namespace

TEST_CASE("SES forecasts as statsforecast does") {
  for (const test::Reference& series : test::references("SES")) {
    SES forecaster({});
    forecaster.fit(series.y, series.season);
    CHECK(test::distance(forecaster.forecast(std::ssize(series.mean), {}).values, series.mean) < 1e-6);
    test::check_contract(forecaster, series);
  }
}

TEST_CASE("AutoETS forecasts as statsforecast does, where that keeps the newest slope's weight at 1 or below") {
  std::size_t equal = 0, comparable = 0;
  for (const test::Reference& series : test::references("AutoETS")) {
    AutoETS forecaster({});
    forecaster.fit(series.y, series.season);
    test::check_contract(forecaster, series);
    const Value parameters = forecaster.parameters();
    if (const Value* beta = parameters.find("beta")) CHECK(beta->as_double() <= parameters.at("alpha").as_double());
    if (series.steep) continue;
    const LocalForecast made = forecaster.forecast(std::ssize(series.mean), std::vector<double>{0.975});
    const bool same = parameters.at("form").as_string() == series.form && test::distance(made.values, series.mean) < 1e-4;
    ++comparable;
    equal += same ? 1 : 0;
    CAPTURE(series.form);
    CHECK(parameters.at("criterion").as_double() < series.criterion + 2);  // its search may take a way through steeper slopes
    // statsforecast's variances of a multiplicative season keep the first mean, and those of ETS(M,A,A) multiply alpha and beta.
    const bool exact = series.form != "ETS(M,A,A)" && !series.form.ends_with("M)");
    if (same && exact) CHECK(test::distance(made.quantiles, series.upper) < 1e-4);
  }
  CHECK(comparable >= 24);
  CHECK(equal >= 18);
}

TEST_CASE("the deviations are those of simulated paths, for every form") {
  const std::vector<double> indices{0.8, 1.1, 1.3, 0.8}, differences{-20, 5, 30, -15};
  for (const Part error : {Part::additive, Part::multiplicative}) {
    for (const Part season : {Part::none, Part::additive, Part::multiplicative}) {
      for (const double phi : {0.0, 0.9, 1.0}) {  // 0: no trend
        if (error == Part::additive && season == Part::multiplicative) continue;
        EtsFit fit;
        fit.form = {.error = error, .trend = phi > 0, .damped = phi > 0 && phi < 1, .season = season};
        fit.weights = {.alpha = 0.4, .beta = phi > 0 ? 0.1 : 0, .gamma = 0.2, .phi = phi > 0 ? phi : 1};
        fit.state = {.level = 100, .slope = phi > 0 ? 2.0 : 0, .season = {}};
        if (season != Part::none) fit.state.season = season == Part::additive ? differences : indices;
        fit.variance = error == Part::additive ? 9 : 0.0009;
        const std::vector<double> expected = simulated(fit, 10);
        const std::vector<double> made = ets_deviations(fit, ets_means(fit, 10));
        CAPTURE(fit.form.name());
        for (std::size_t h = 0; h < 10; ++h) CHECK(made[h] == doctest::Approx(expected[h]).epsilon(0.025));
      }
    }
  }
}

TEST_CASE("AutoETS continues a constant series, takes zeros, and refuses a short series") {
  const std::vector<double> constant(20, 3.0);
  AutoETS forecaster({});
  forecaster.fit(constant, 4);
  CHECK(forecaster.forecast(2, {}).values == std::vector<double>{3, 3});
  forecaster.update(std::vector<double>{4});
  CHECK(forecaster.forecast(1, {}).values.front() == doctest::Approx(4).epsilon(0.001));
  const std::vector<double> zeros{0, 3, 0, 1, 0, 0, 2, 0, 1, 4, 0, 0};
  forecaster.fit(zeros, 1);
  CHECK(forecaster.parameters().at("form").as_string().starts_with("ETS(A"));
  CHECK_THROWS_WITH_AS(forecaster.fit(std::span(zeros).first(6), 1), "AutoETS needs at least 7 values, and this series has 6", Error);
}

TEST_CASE("a multiplicative season that comes to 0 leaves the level alone, and a level that comes to 0 the season") {
  const EtsWeights weights{.alpha = 0.5, .beta = 0.1, .gamma = 0.2};
  for (const double index : {0.0, 1e-300, -1e-12}) {
    EtsState state{.level = 10, .slope = 1, .season = {index, 2 - index}};
    advance<Part::multiplicative>(state, weights, 5);
    CHECK(state.level == 11);
    CHECK(state.slope == 1);
    CHECK(state.season[0] == doctest::Approx(0.2 * 5 / 11));
  }
  EtsState flat{.level = 1e-300, .slope = 0, .season = {0.5, 1.5}};
  advance<Part::multiplicative>(flat, weights, 5);
  CHECK(flat.season[0] == 0.5);
  CHECK(flat.level == doctest::Approx(5));
}

TEST_CASE("AutoETS forecasts a series that is all but 0 in one step of its season") {
  std::vector<double> y;
  for (int i = 0; i < 48; ++i) y.push_back(i % 4 == 0 ? 1e-14 * (1 + i % 3) : 100 + i % 7);
  AutoETS forecaster({});
  forecaster.fit(y, 4);
  forecaster.update(std::vector<double>(4000, 0.0));
  const LocalForecast made = forecaster.forecast(8, std::vector<double>{0.1, 0.5, 0.9});
  for (const double value : made.values) CHECK(std::isfinite(value));
  for (const double value : made.quantiles) CHECK(std::isfinite(value));
}
