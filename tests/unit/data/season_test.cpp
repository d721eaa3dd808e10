#include "pipeline/data/season.h"

#include <doctest/doctest.h>

#include "pipeline/errors.h"

using namespace pipeline;

TEST_CASE("a season's length follows from the frequency") {
  CHECK(season_length_of("1h") == 24);
  CHECK(season_length_of("6h") == 4);
  CHECK(season_length_of("5h") == 1);  // a day is no whole number of steps
  CHECK(season_length_of("1min") == 1440);
  CHECK(season_length_of("15min") == 96);
  CHECK(season_length_of("1s") == 3600);
  CHECK(season_length_of("10s") == 360);
  CHECK(season_length_of("1d") == 7);
  CHECK(season_length_of("2d") == 1);
  CHECK(season_length_of("1w") == 1);
  CHECK(season_length_of("business_day") == 5);
  CHECK(season_length_of("1mo") == 12);
  CHECK(season_length_of("month_end") == 12);
  CHECK(season_length_of("business_month_start") == 12);
  CHECK(season_length_of("3mo") == 4);
  CHECK(season_length_of("quarter_end") == 4);
  CHECK(season_length_of("12mo") == 1);
  CHECK(season_length_of("year_end") == 1);
  CHECK(season_length_of("none") == 1);
  CHECK_THROWS_AS(static_cast<void>(season_length_of("fortnight")), Error);
}
