#include "pipeline/data/season.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "unit/data/data_test.h"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("the season of a frequency is GluonTS's, but a week for days") {
  const std::map<std::string, std::int64_t> seasons{{"1h", 24},      {"2h", 12},          {"5h", 1},
                                                    {"1d", 7},       {"2d", 1},           {"1w", 1},
                                                    {"7d", 1},       {"1mo", 12},         {"3mo", 4},
                                                    {"5mo", 1},      {"12mo", 1},         {"1y", 1},
                                                    {"24mo", 1},     {"month_end", 12},   {"quarter_end", 4},
                                                    {"year_end", 1}, {"1min", 1440},      {"15min", 96},
                                                    {"90min", 16},   {"business_day", 5}, {"1s", 3600},
                                                    {"10s", 360},    {"7s", 1},           {"100ms", 1},
                                                    {"none", 1},     {"36h", 1},          {"business_month_end", 12}};
  for (const auto& [frequency, season] : seasons) {
    CAPTURE(frequency);
    CHECK(season_length_of(frequency) == season);
  }
  CHECK(contains(error_of([] { static_cast<void>(season_length_of("weekly")); }), "2: frequency \"weekly\" is not understood"));
}

TEST_CASE("season_length is inferred, a number, or a table by frequency words") {
  SeriesInfo one;
  one.has_time = true;
  one.frequency = "1h";
  CHECK(season_lengths("infer", one) == std::vector<std::int64_t>{24});
  CHECK(season_lengths(7, one) == std::vector<std::int64_t>{7});
  one.has_time = false;
  CHECK(season_lengths("infer", one) == std::vector<std::int64_t>{1});
  CHECK(error_of([&] {
          static_cast<void>(season_lengths(Value::Map{{"monthly", 12}}, one));
        }) ==
        "2: season_length is a table by the words of a frequency_column, and the series have none: write one number, or frequency_column "
        "in the stage that reads the series");

  SeriesInfo panel;
  panel.has_time = true;
  panel.panel = PanelInfo{.series = 2,
                          .groups = {{.word = "monthly", .step = {.frequency = "1mo"}}, {.word = "yearly", .step = {.frequency = "12mo"}}}};
  CHECK(season_lengths("infer", panel) == std::vector<std::int64_t>{12, 1});
  CHECK(season_lengths(Value::Map{{"monthly", 6}, {"yearly", 2}}, panel) == std::vector<std::int64_t>{6, 2});
  CHECK(season_lengths(4, panel) == std::vector<std::int64_t>{4, 4});
  CHECK(error_of([&] {
          static_cast<void>(season_lengths(Value::Map{{"monthly", 12}}, panel));
        }) == "2: season_length has no number for \"yearly\", a word of frequency_column: add yearly = ...");
  CHECK(error_of([&] {
          static_cast<void>(season_lengths(Value::Map{{"montly", 12}, {"yearly", 1}}, panel));
        }) == "2: season_length has a number for \"montly\", which no row of frequency_column holds; did you mean \"monthly\"?");
}
