#include "data/calendar_columns.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "pipeline/data/series.h"

namespace pipeline {
namespace {

const std::vector<CalendarPart> all_parts{CalendarPart::minute_of_hour, CalendarPart::hour_of_day, CalendarPart::day_of_week,
                                          CalendarPart::day_of_month,   CalendarPart::day_of_year, CalendarPart::week_of_year,
                                          CalendarPart::month_of_year};

std::vector<double> at(const CalendarColumns& columns, const char* time) {
  std::vector<double> out(columns.names().size());
  columns.at(parse_time(time), out);
  return out;
}

void check_equal(const std::vector<double>& got, const std::vector<double>& wanted) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == doctest::Approx(wanted[i]).epsilon(1e-14));
}

}  // namespace

TEST_CASE("centered parts are those of GluonTS 0.17's time features") {
  const CalendarColumns columns(all_parts, CalendarEncoding::centered);
  check_equal(at(columns, "2023-01-01 05:07"), {-0.3813559322033898, -0.28260869565217395, 0.5, -0.5, -0.5, 0.4807692307692307, -0.5});
  check_equal(at(columns, "2024-12-30 23:59"), {0.5, 0.5, -0.5, 0.4666666666666667, 0.49726027397260275, -0.5, 0.5});
  check_equal(at(columns, "2020-02-29 00:00"),
              {-0.5, -0.5, 0.33333333333333337, 0.43333333333333335, -0.33835616438356164, -0.34615384615384615, -0.40909090909090906});
  check_equal(at(columns, "1969-12-31 12:30"),
              {0.008474576271186418, 0.021739130434782594, -0.16666666666666669, 0.5, 0.49726027397260275, -0.5, 0.5});
}

TEST_CASE("a cyclic part is a point on a circle, an index the number itself") {
  const CalendarColumns cyclic({CalendarPart::hour_of_day}, CalendarEncoding::cyclic);
  CHECK(cyclic.names() == std::vector<std::string>{"hour_of_day_sin", "hour_of_day_cos"});
  check_equal(at(cyclic, "2024-01-01 06:00"), {1, std::cos(std::numbers::pi / 2)});
  const CalendarColumns index(all_parts, CalendarEncoding::index);
  check_equal(at(index, "2024-12-30 23:59"), {59, 23, 0, 29, 364, 0, 11});
}

TEST_CASE("holidays are a column of their own") {
  const Holidays germany = Holidays::of_country("DE", "");
  const CalendarColumns flag({CalendarPart::day_of_week}, CalendarEncoding::index, germany);
  CHECK(flag.names() == std::vector<std::string>{"day_of_week", "holiday"});
  check_equal(at(flag, "2024-12-25 13:00"), {2, 1});
  check_equal(at(flag, "2024-12-24 23:00"), {1, 0});
  const CalendarColumns before({}, CalendarEncoding::index, germany, HolidayEncoding::days_to);
  CHECK(before.names() == std::vector<std::string>{"days_to_holiday"});
  check_equal(at(before, "2024-12-23 13:00"), {2});
  const CalendarColumns after({}, CalendarEncoding::index, germany, HolidayEncoding::days_since);
  CHECK(after.names() == std::vector<std::string>{"days_since_holiday"});
  check_equal(at(after, "2024-12-28"), {2});
}

}  // namespace pipeline
