#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

#include "pipeline/search/truncated_normal.h"

using namespace pipeline;

TEST_CASE("the log of the normal distribution far in its tails") {  // values of scipy.special.log_ndtr
  CHECK(log_normal_cdf(0) == doctest::Approx(-0.6931471805599453).epsilon(1e-14));
  CHECK(log_normal_cdf(-10) == doctest::Approx(-53.23128515051247).epsilon(1e-14));
  CHECK(log_normal_cdf(-40) == doctest::Approx(-804.6084420137538).epsilon(1e-14));
  CHECK(log_normal_cdf(10) == doctest::Approx(-7.619853024160489e-24).epsilon(1e-12));
  CHECK(log_normal_cdf(-std::numeric_limits<double>::infinity()) == -std::numeric_limits<double>::infinity());
}

TEST_CASE("mass is symmetric and sums up") {
  CHECK(log_normal_mass(2, 3) == doctest::Approx(log_normal_mass(-3, -2)).epsilon(1e-14));
  CHECK(std::exp(log_normal_mass(-1, 0.5)) + std::exp(log_normal_mass(0.5, 4)) ==
        doctest::Approx(std::exp(log_normal_mass(-1, 4))).epsilon(1e-13));
}

TEST_CASE("the quantile inverts the mass, in the middle and in the tails") {
  struct Interval {
    double a, b;
  };
  for (const auto& [a, b] : {Interval{-1, 2}, Interval{-30, -20}, Interval{5, 9}, Interval{-0.001, 0.002}, Interval{0, 100}}) {
    for (const double q : {0.001, 0.3, 0.5, 0.999}) {
      const double x = truncated_normal_quantile(q, a, b);
      CHECK(std::exp(log_normal_mass(a, x) - log_normal_mass(a, b)) == doctest::Approx(q).epsilon(1e-7));
    }
    CHECK(truncated_normal_quantile(0, a, b) == a);
    CHECK(truncated_normal_quantile(1, a, b) == b);
  }
}

TEST_CASE("nothing lies outside the interval") {
  const double mass = log_normal_mass(-1, 1);
  CHECK(truncated_normal_log_density(1.5, -1, 1, mass) == -std::numeric_limits<double>::infinity());
  CHECK(truncated_normal_log_density(0, -1, 1, mass) == doctest::Approx(std::log(0.3989422804014327 / 0.6826894921370859)).epsilon(1e-13));
}
