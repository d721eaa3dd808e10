#include "comparison.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

using namespace pipeline;
using namespace pipeline::stage::backtest;

namespace {

constexpr int count = 24;

/// The differences of absolute errors that make_reference.R tests.
std::vector<double> differences() {
  std::vector<double> out;
  for (int i = 1; i <= count; ++i)
    out.push_back(std::abs(std::sin(1.7 * i) + 0.3 * std::cos(0.4 * i * i)) - std::abs(1.2 * std::cos(0.9 * i) + 0.25));
  return out;
}

std::vector<double> up_and_down() {
  std::vector<double> out;
  for (int i = 1; i <= count; ++i) out.push_back(std::abs(2 + (i % 2 == 0 ? 1 : -1) * (1 + 0.1 * i)) - 1);
  return out;
}

void check_equal(double value, double expected) { CHECK(std::abs(value - expected) < 1e-8 * std::max(1.0, std::abs(expected))); }

}  // namespace

TEST_CASE("the test of Diebold and Mariano gives the numbers of R's forecast::dm.test") {
  struct Expected {
    std::int64_t lags;
    double statistic, p_value;
  };
  for (const Expected& expected :
       {Expected{0, -0.22222404943775576, 0.82610092668691804}, Expected{1, -0.29994335430912328, 0.76691446171331401},
        Expected{3, -0.58776555222066673, 0.56241665806991292}}) {
    const auto test = diebold_mariano(differences(), expected.lags);
    REQUIRE(test);
    CHECK_FALSE(test->bartlett);
    CHECK(test->lags == expected.lags);
    check_equal(test->statistic, expected.statistic);
    check_equal(test->p_value, expected.p_value);
  }
}

TEST_CASE("a variance that is not above 0 is estimated with Bartlett's weights, as dm.test does when asked") {
  const auto test = diebold_mariano(up_and_down(), 1);
  REQUIRE(test);
  CHECK(test->bartlett);
  check_equal(test->statistic, 8.3428913378314089);
  check_equal(test->p_value, 2.0721223259948104e-08);
}

TEST_CASE("too few cutoffs, or differences that are all the same, are not tested") {
  const std::vector<double> one{0.5}, same{0.1, 0.1, 0.1}, two{0.5, 0.7};  // 0.1 three times has a mean above 0.1
  CHECK_FALSE(diebold_mariano(one, 0));
  CHECK_FALSE(diebold_mariano(same, 0));
  CHECK_FALSE(diebold_mariano(two, 2));
  CHECK(diebold_mariano(two, 0));
}

TEST_CASE("skill is of the geometric mean of error ratios, and equal errors are half a win") {
  const std::vector<double> errors{1, 2, 3, 0}, reference{2, 2, 1.5, 5};
  const auto found = compare_series(errors, reference, 1);
  REQUIRE(found);
  CHECK(found->skill.value == doctest::Approx(1 - std::pow(0.5 * 1 * 2 * 0.01, 0.25)));  // a ratio is at least 0.01
  CHECK(found->win_rate.value == doctest::Approx(2.5 / 4));
  CHECK(found->win_rate.low <= found->win_rate.value);
  CHECK(found->win_rate.high >= found->win_rate.value);
  const auto again = compare_series(errors, reference, 1);
  CHECK(again->skill.low == found->skill.low);
  CHECK(again->win_rate.high == found->win_rate.high);
}

TEST_CASE("the bootstrap interval of a win rate is about as wide as the binomial one") {
  std::vector<double> errors, reference(400, 1.0);
  for (int i = 0; i < 400; ++i) errors.push_back(i % 10 < 7 ? 0.5 : 2);
  const auto found = compare_series(errors, reference, 3407);
  REQUIRE(found);
  const double deviation = std::sqrt(0.7 * 0.3 / 400);
  CHECK(found->win_rate.value == doctest::Approx(0.7));
  CHECK(found->win_rate.high - found->win_rate.low == doctest::Approx(2 * 1.96 * deviation).epsilon(0.15));
}

TEST_CASE("without series there is nothing to compare") { CHECK_FALSE(compare_series({}, {}, 1)); }
