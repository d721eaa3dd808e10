#include "data/holidays.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "data/time_parser.h"
#include "pipeline/errors.h"
#include "unit/data/data_test.h"

namespace pipeline {
namespace {

std::int64_t day(std::int64_t year, unsigned month, unsigned day_of_month) { return days_from_civil({year, month, day_of_month}); }

std::int64_t days_in_years(const Holidays& holidays, std::int64_t first, std::int64_t last) {
  std::int64_t count = 0;
  for (std::int64_t at = day(first, 1, 1); at < day(last + 1, 1, 1); ++at) count += holidays.contains(at) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("holidays of a country and of its regions") {
  const Holidays germany = Holidays::of_country("DE", ""), bavaria = Holidays::of_country("DE", "BY");
  for (const auto& [month, of_month] :
       {std::pair{1U, 1U}, {3U, 29U}, {4U, 1U}, {5U, 1U}, {5U, 9U}, {5U, 20U}, {10U, 3U}, {12U, 25U}, {12U, 26U}})
    CHECK(germany.contains(day(2024, month, of_month)));
  CHECK(days_in_years(germany, 2024, 2024) == 9);
  CHECK_FALSE(germany.contains(day(2024, 1, 6)));
  CHECK(bavaria.contains(day(2024, 1, 6)));
  CHECK(bavaria.contains(day(2024, 12, 25)));
  CHECK(days_in_years(bavaria, 2024, 2024) == 12);
  // As many as the package that the table was made from knows.
  CHECK(days_in_years(germany, 1991, 2050) == 544);
  CHECK(days_in_years(Holidays::of_country("US", ""), 1990, 2050) == 720);
  CHECK(days_in_years(Holidays::of_country("AE", ""), 1990, 2050) == 797);
}

TEST_CASE("days to the next holiday and since the last one, which may lie in the year beside") {
  const Holidays germany = Holidays::of_country("DE", "");
  CHECK(germany.days_to(day(2024, 12, 24)) == 1);
  CHECK(germany.days_to(day(2024, 12, 25)) == 0);
  CHECK(germany.days_to(day(2024, 12, 27)) == 5);
  CHECK(germany.days_since(day(2024, 12, 27)) == 1);
  CHECK(germany.days_since(day(2024, 12, 26)) == 0);
  CHECK(germany.days_since(day(2024, 3, 28)) == 87);
}

TEST_CASE("a year whose holidays are not known is an error with the years that are") {
  const Holidays germany = Holidays::of_country("DE", "");
  const char* after =
      "the holidays of DE are known from 1991 to 2050, and 2051 is needed; write holidays_file = \"holidays.csv\", a file of "
      "your own (date,name,region), or leave holidays out";
  CHECK_THROWS_WITH_AS(static_cast<void>(germany.contains(day(2051, 1, 1))), after, Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(germany.days_to(day(2050, 12, 27))), after, Error);
  CHECK_THROWS_AS(static_cast<void>(germany.contains(day(1990, 12, 25))), Error);
  CHECK_THROWS_AS(static_cast<void>(Holidays::of_country("IN", "").contains(day(2036, 1, 26))), Error);
}

TEST_CASE("an unknown country or region is an error that names the known ones") {
  CHECK_THROWS_WITH_AS(static_cast<void>(Holidays::of_country("de", "")),
                       doctest::Contains("country \"de\" is unknown; did you mean \"DE\"?"), Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(Holidays::of_country("DE", "BX")), doctest::Contains("DE has no region \"BX\""), Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(Holidays::of_country("SE", "AB")), doctest::Contains("SE has no regions in the table"), Error);
}

TEST_CASE("holidays of one's own are read from a file") {
  const test::TempFolder folder;
  const auto file = folder.file("h.csv", "date,name,region\n2024-02-12,\"Carnival, Monday\",NW\n2024-05-01,May,\n2025-05-01,May,\n");
  const Holidays everywhere = Holidays::of_file(file, ""), rhine = Holidays::of_file(file, "NW");
  CHECK_FALSE(everywhere.contains(day(2024, 2, 12)));
  CHECK(everywhere.contains(day(2025, 5, 1)));
  CHECK(rhine.contains(day(2024, 2, 12)));
  CHECK(rhine.days_to(day(2024, 2, 10)) == 2);
  CHECK_THROWS_WITH_AS(static_cast<void>(rhine.contains(day(2026, 1, 1))),
                       doctest::Contains("are known from 2024 to 2025, and 2026 is needed"), Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(Holidays::of_file(file, "NRW")), doctest::Contains("has no region \"NRW\"; did you mean \"NW\"?"),
                       Error);
  const auto wrong = folder.file("w.csv", "date,name\n01.05.2024,May\n");
  CHECK_THROWS_WITH_AS(static_cast<void>(Holidays::of_file(wrong, "")),
                       doctest::Contains("w.csv:2: \"01.05.2024\" is no date; write it as 2024-12-25"), Error);
}

}  // namespace pipeline
