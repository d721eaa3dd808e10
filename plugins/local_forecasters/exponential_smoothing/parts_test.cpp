// The parts that several forecasters share.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../least_squares.h"
#include "../nelder_mead.h"
#include "../seasonal_decomposition.h"

using namespace pipeline::local;

TEST_CASE("least squares finds a line, and gives a repeated column no weight") {
  const std::vector<double> ones(5, 1), times{1, 2, 3, 4, 5}, y{3, 5, 7, 9, 11};
  const std::vector<double> line = least_squares({ones, times}, y);
  CHECK(line[0] == doctest::Approx(1));
  CHECK(line[1] == doctest::Approx(2));
  const std::vector<double> repeated = least_squares({ones, times, times}, y);
  CHECK(repeated[1] == doctest::Approx(2));
  CHECK(repeated[2] == 0);
}

TEST_CASE("seasonal indices are those of a series that is a line with a season") {
  std::vector<double> sum, product;
  const std::vector<double> season{3, -1, -2, 0}, factors{1.2, 0.9, 0.8, 1.1};
  for (std::size_t t = 0; t < 24; ++t) {
    sum.push_back(10 + 2 * static_cast<double>(t) + season[t % 4]);
    product.push_back(50 * factors[t % 4]);
  }
  const std::vector<double> added = seasonal_indices(sum, 4, Seasonality::additive);
  const std::vector<double> multiplied = seasonal_indices(product, 4, Seasonality::multiplicative);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(added[i] == doctest::Approx(season[i]));
    CHECK(multiplied[i] == doctest::Approx(factors[i]));
  }
  const std::vector<double> odd = seasonal_indices(std::vector<double>{1, 2, 3, 1, 2, 3, 1, 2, 3}, 3, Seasonality::additive);
  CHECK(odd[0] == doctest::Approx(-1));
  CHECK(odd[2] == doctest::Approx(1));
}

TEST_CASE("the simplex search finds a minimum, within its box and around places without a value") {
  const auto valley = [](std::span<const double> x) { return 100 * std::pow(x[1] - x[0] * x[0], 2) + std::pow(1 - x[0], 2); };
  const std::vector<double> free = NelderMead({.lower = {-5, -5}, .upper = {5, 5}}).minimise(valley, {-1.2, 1});
  CHECK(free[0] == doctest::Approx(1).epsilon(0.05));
  CHECK(free[1] == doctest::Approx(1).epsilon(0.1));
  const std::vector<double> at_border = NelderMead({.lower = {-5, -5}, .upper = {0.5, 5}}).minimise(valley, {-1.2, 1});
  CHECK(at_border[0] == doctest::Approx(0.5).epsilon(0.01));
  const auto holed = [&](std::span<const double> x) { return x[0] < 0.9 ? valley(x) : std::numeric_limits<double>::infinity(); };
  const std::vector<double> beside_hole = NelderMead({.lower = {-5, -5}, .upper = {5, 5}}).minimise(holed, {-1.2, 1});
  CHECK(beside_hole[0] < 0.9);
  CHECK(valley(beside_hole) < 0.1);
}
