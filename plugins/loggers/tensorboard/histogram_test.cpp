#include "tensorboard/histogram.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numeric>

using pipeline::loggers::tensorboard::bin_values;

TEST_CASE("every finite value is in the bin whose edges enclose it") {
  const std::array values{-2.0F, -0.5F, 0.0F, 1e-3F, 0.5F, 0.5F, 3e7F, std::nanf(""), INFINITY};
  const auto histogram = bin_values(values);
  CHECK(histogram.number == 7);
  CHECK(histogram.min == -2.0);
  CHECK(histogram.max == 3e7);
  CHECK(histogram.sum == doctest::Approx(30000000.0 - 2.0 + 0.5 + 1e-3));
  CHECK(histogram.limits.size() == histogram.counts.size());
  CHECK(std::accumulate(histogram.counts.begin(), histogram.counts.end(), 0.0) == 7);
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    CAPTURE(value);
    std::size_t bin = 0;
    while (histogram.limits.at(bin) < static_cast<double>(value)) ++bin;
    CHECK(histogram.counts.at(bin) > 0);
  }
  CHECK(histogram.counts.front() == 0);  // its limit is the first bin's lower edge
  CHECK(histogram.counts.back() > 0);
}

TEST_CASE("values without a finite one have no bins") {
  const std::array values{std::nanf(""), INFINITY};
  CHECK(bin_values(values).number == 0);
  CHECK(bin_values({}).limits.empty());
}
