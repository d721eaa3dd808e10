#include "axis.h"

#include <doctest/doctest.h>

#include <cmath>

#include "pipeline/data/series.h"

using namespace pipeline::stage::visualize;

namespace {

/// Milliseconds since 1970.
double at(const char* text) { return static_cast<double>(pipeline::parse_time(text)) / 1e6; }

std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> out;
  for (const Tick& tick : ticks) out.push_back(tick.label);
  return out;
}

using Labels = std::vector<std::string>;

}  // namespace

TEST_CASE("linear ticks are round and lie within the range") {
  CHECK(labels(linear_ticks(0, 1, 5)) == Labels{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(labels(linear_ticks(-7, 13, 4)) == Labels{"-5", "0", "5", "10"});
  CHECK(labels(linear_ticks(0.0113, 0.0187, 4)) == Labels{"0.012", "0.014", "0.016", "0.018"});
  CHECK(labels(linear_ticks(0, 2, 8, 1)) == Labels{"0", "1", "2"});
  CHECK(linear_ticks(1, 1, 5).empty());
}

TEST_CASE("a range of a few last digits has no ticks rather than endless ones") {
  CHECK(linear_ticks(1e16, std::nextafter(1e16, 2e16), 5).empty());
  CHECK(linear_ticks(1.0, std::nextafter(1.0, 2.0), 5).size() < 20);
}

TEST_CASE("a logarithmic axis shows powers of ten, and between them where there are few") {
  CHECK(labels(logarithmic_ticks(0.001, 10)) == Labels{"0.001", "0.01", "0.1", "1", "10"});
  CHECK(labels(logarithmic_ticks(0.15, 3)) == Labels{"0.2", "0.5", "1", "2"});
  CHECK(logarithmic_ticks(0, 1).empty());
}

TEST_CASE("time ticks are whole hours, days, months or years, and name the day or year where it changes") {
  const double begin = at("2017-12-31 20:30:00");
  const std::vector<Tick> hours = time_ticks(begin, begin + 9 * 3600e3, 3);
  CHECK(labels(hours) == Labels{"21:00", "00:00", "03:00"});
  CHECK(hours[0].context == "31 Dec 2017");
  CHECK(hours[1].context == "1 Jan 2018");
  CHECK(hours[2].context.empty());

  const std::vector<Tick> months = time_ticks(at("2017-11-15"), at("2018-02-10"), 4);
  CHECK(labels(months) == Labels{"Dec", "Jan", "Feb"});
  CHECK(months[1].context == "2018");
  CHECK(labels(time_ticks(at("1960-05-01"), at("1999-01-01"), 4)) == Labels{"1970", "1980", "1990"});
}
