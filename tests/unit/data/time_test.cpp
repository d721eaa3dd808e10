#include <doctest/doctest.h>

#include <array>
#include <limits>

#include "data/time_axis.h"
#include "data/time_parser.h"
#include "pipeline/data/format.h"
#include "unit/data/data_test.h"

namespace pipeline {
namespace {

using test::contains;
using test::error_of;

constexpr std::int64_t hour = 3600 * nanoseconds_per_second, day = nanoseconds_per_day;

std::string parsed(std::string_view text, const std::string& format = {}) {
  const auto time = TimeParser(format).parse(text);
  return time ? format_time(*time) : "no time";
}

std::vector<std::int64_t> times(std::initializer_list<const char*> texts) {
  std::vector<std::int64_t> out;
  for (const char* text : texts) out.push_back(parse_time(text));
  return out;
}

TimeAxis understand(const std::vector<std::int64_t>& time, const std::string& frequency = "infer", const std::string& gaps = "error") {
  return understand_time(
      time, frequency, gaps, [](std::int64_t row) { return "x.csv:" + std::to_string(row + 2); },
      [&](std::int64_t row) { return format_time(time[static_cast<std::size_t>(row)]); });
}

TEST_CASE("ISO 8601 times are read in all their forms") {
  CHECK(parsed("2016-07-01") == "2016-07-01 00:00:00");
  CHECK(parsed("2016-07-01 05:06:07") == "2016-07-01 05:06:07");
  CHECK(parsed("2016-07-01T05:06") == "2016-07-01 05:06:00");
  CHECK(parsed("2016-07-01 5") == "2016-07-01 05:00:00");
  CHECK(parsed("20160701") == "2016-07-01 00:00:00");
  CHECK(parsed("20160701T0506") == "2016-07-01 05:06:00");
  CHECK(parsed("2016070105", "%Y%m%d%H") == "2016-07-01 05:00:00");
  CHECK(parsed("2016/7/1 05:06:07") == "2016-07-01 05:06:07");
  CHECK(parsed("2016-07") == "2016-07-01 00:00:00");
  CHECK(parsed("2016-07-01 05:06:07.25") == "2016-07-01 05:06:07.250000000");
  CHECK(parsed("2016-12-31 24:00") == "2017-01-01 00:00:00");
  CHECK(parsed("2000-02-29 00:00:00") == "2000-02-29 00:00:00");
  CHECK(parsed("1969-12-31 23:00:00") == "1969-12-31 23:00:00");
}

TEST_CASE("offsets become UTC") {
  CHECK(parsed("2016-07-01T05:00:00Z") == "2016-07-01 05:00:00");
  CHECK(parsed("2016-07-01T05:00:00+08:00") == "2016-06-30 21:00:00");
  CHECK(parsed("2016-07-01 05:00:00.5-0330") == "2016-07-01 08:30:00.500000000");
  CHECK(parsed("2016-07-01T05:00:00 +02") == "2016-07-01 03:00:00");
  CHECK(parsed("01/07/2016 05:00 +0200", "%d/%m/%Y %H:%M %z") == "2016-07-01 03:00:00");
}

TEST_CASE("a parser says whether the last time had an offset") {
  const auto had_offset = [](const char* text, const char* format = "") {
    TimeParser parser(format);
    REQUIRE(parser.parse(text));
    return parser.had_offset();
  };
  CHECK(had_offset("2016-07-01T05:00:00Z"));
  CHECK(had_offset("2016-07-01 05:00+00:00"));
  CHECK(had_offset("01/07/2016 05:00 +0200", "%d/%m/%Y %H:%M %z"));
  CHECK_FALSE(had_offset("2016-07-01 05:00:00"));
  CHECK_FALSE(had_offset("2016-07-01"));
  CHECK_FALSE(had_offset("1467331200"));
  CHECK_FALSE(had_offset("01/07/2016 %z", "%d/%m/%Y %%z"));
  TimeParser parser({});
  for (const char* text : {"2016-07-01 01:00:00", "2016-07-01 02:00:00+00:00", "2016-07-01 03:00:00"}) {
    REQUIRE(parser.parse(text));
    CHECK(parser.had_offset() == std::string_view(text).ends_with("+00:00"));
  }
}

TEST_CASE("an invalid time is refused") {
  for (const char* text :
       {"", "x", "2016", "2016-13-01", "2016-02-30", "1900-02-29", "2016-07-01 25:00", "2016-07-01 05:60", "2016-07-01 05:06:07 x",
        "01/07/2016", "2016-07-01T", "2016-07-01 05:06:07.", "3016-07-01", "1500-07-01", "2016-07-01+08:0"}) {
    CAPTURE(text);
    CHECK(parsed(text) == "no time");
  }
}

TEST_CASE("a date that was just read is not taken for another") {
  TimeParser parser({});
  CHECK(format_time(*parser.parse("2016-07-01 24:00:00")) == "2016-07-02 00:00:00");
  CHECK(format_time(*parser.parse("2016-07-01 01:00:00")) == "2016-07-01 01:00:00");
  CHECK(format_time(*parser.parse("2016-07-01T02:00:00")) == "2016-07-01 02:00:00");
  CHECK(!parser.parse("2016-07-01 02:61:00"));
  CHECK(!parser.parse("2016-07-01 0x:00:00"));
}

TEST_CASE("epoch seconds are recognised, other epochs named") {
  CHECK(parsed("1467331200") == "2016-07-01 00:00:00");
  CHECK(parsed("1467331200000", "epoch_ms") == "2016-07-01 00:00:00");
  CHECK(parsed("1467331200.5", "epoch") == "2016-07-01 00:00:00.500000000");
  CHECK(parsed("0", "epoch") == "1970-01-01 00:00:00");
  CHECK(parsed("99999999999999999999", "epoch") == "no time");
}

TEST_CASE("strptime formats take numbers without leading zeros") {
  CHECK(parsed("2010 1 2 3", "%Y %m %d %H") == "2010-01-02 03:00:00");
  CHECK(parsed("31.12.2010 23:59", "%d.%m.%Y %H:%M") == "2010-12-31 23:59:00");
  CHECK(parsed("31.02.2010 23:59", "%d.%m.%Y %H:%M") == "no time");
  CHECK(parsed("2010 1 2 3 4", "%Y %m %d %H") == "no time");
}

TEST_CASE("calendar arithmetic agrees with itself over 800 years") {
  for (std::int64_t days = -146'097; days < 146'097; days += 13) CHECK(days_from_civil(civil_from_days(days)) == days);
  CHECK(weekday(0) == 3);
  CHECK(weekday(-1) == 2);
}

TEST_CASE("the step is inferred and gaps are counted") {
  const auto hourly = times({"2016-07-01 00:00", "2016-07-01 01:00", "2016-07-01 02:00"});
  CHECK(understand(hourly).frequency.text() == "1h");
  CHECK(understand(hourly).gaps == 0);
  const auto gap = times({"2016-07-01 00:00", "2016-07-01 01:00", "2016-07-01 04:00", "2016-07-01 05:00"});
  CHECK(error_of([&] { understand(gap); }) ==
        "4: x.csv:4: 3h from 2016-07-01 01:00:00 to 2016-07-01 04:00:00 where the step is 1h; write gaps = \"split\" to begin a new "
        "segment at each, "
        "gaps = \"allow\" to read on as if nothing were missing, or frequency = \"none\" for irregular times");
  const TimeAxis split = understand(gap, "infer", "split");
  REQUIRE(split.segments.size() == 2);
  CHECK(split.segments[1].first == 2);
  CHECK(split.segments[1].count == 2);
  CHECK(understand(gap, "infer", "allow").segments.size() == 1);
  CHECK(understand(gap, "none").frequency.irregular());
}

TEST_CASE("working days are recognised, holidays are no gaps") {
  const auto days = times({"2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07", "2020-01-09"});
  CHECK(understand(days).frequency.text() == "business_day");
  CHECK(understand(days).gaps == 0);
  CHECK(
      contains(error_of([&] { understand(days, "1d"); }),
               "where the step is 1d, the first of 2 such places; the rows are those of working days: write frequency = \"business_day\""));
  const auto with_saturday = times({"2020-01-02", "2020-01-03", "2020-01-04", "2020-01-06"});
  CHECK(infer_frequency(with_saturday).text() == "1d");
  CHECK(infer_frequency(times({"2020-01-06", "2020-01-07", "2020-01-08"})).text() == "1d");
  CHECK(contains(error_of([&] { understand(times({"2020-01-03", "2020-01-04"}), "business_day"); }), "x.csv:3: 1d from"));
  CHECK(contains(error_of([&] {
                   understand(times({"2020-01-04", "2020-01-06"}), "business_day");
                 }),
                 "x.csv:2: 2020-01-04 is a weekend day"));
  CHECK(contains(error_of([&] { understand(times({"2020-01-03", "2020-03-02"}), "business_day"); }), "59d from"));
}

TEST_CASE("months are recognised, at a day of the month or at its end") {
  CHECK(infer_frequency(times({"2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01"})).text() == "1mo");
  CHECK(infer_frequency(times({"2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"})).text() == "month_end");
  CHECK(infer_frequency(times({"2019-12-31", "2020-03-31", "2020-06-30", "2020-09-30"})).text() == "quarter_end");
  CHECK(infer_frequency(times({"2018-01-01", "2019-01-01", "2020-01-01", "2021-01-01"})).text() == "12mo");
  CHECK(understand(times({"2020-01-31", "2020-02-29", "2020-03-31"})).gaps == 0);
}

TEST_CASE("the end of a month, and its first and last working day, are recognised and counted on") {
  const auto last_working = times({"2010-01-29", "2010-02-26", "2010-03-31", "2010-04-30", "2010-05-31", "2010-06-30", "2010-07-30"});
  CHECK(understand(last_working).frequency.text() == "business_month_end");
  CHECK(understand(last_working).gaps == 0);
  CHECK(infer_frequency(times({"2010-02-01", "2010-03-01", "2010-04-01", "2010-05-03", "2010-06-01", "2010-07-01", "2010-08-02"})).text() ==
        "business_month_start");
  CHECK(infer_frequency(times({"2009-12-31", "2010-03-31", "2010-06-30", "2010-09-30", "2010-12-31", "2011-03-31"})).text() ==
        "quarter_end");
  CHECK(infer_frequency(times({"2011-03-31", "2011-06-30", "2011-09-30", "2011-12-30", "2012-03-30", "2012-06-29"})).text() ==
        "business_quarter_end");
  // The last working day of March 2013 was a holiday.
  const auto holiday =
      times({"2013-01-31", "2013-02-28", "2013-03-28", "2013-04-30", "2013-05-31", "2013-06-28", "2013-07-31", "2013-08-30"});
  CHECK(understand(holiday).frequency.text() == "business_month_end");
  CHECK(understand(holiday).gaps == 0);
  // A named step of months at the ends of months means the ends; a month that is missing is a gap.
  CHECK(understand(times({"2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"}), "1mo").frequency.text() == "month_end");
  CHECK(understand(times({"2010-01-29", "2010-02-26", "2010-04-30"}), "business_month_end", "allow").gaps == 1);
  // Every 28th, and every last Friday, are neither.
  CHECK(infer_frequency(times({"2021-01-28", "2021-02-28", "2021-03-28", "2021-04-28"})).text() == "1mo");
  CHECK(infer_frequency(times({"2021-01-29", "2021-02-26", "2021-03-26", "2021-04-30", "2021-05-28", "2021-06-25", "2021-07-30"})).text() !=
        "business_month_end");
}

TEST_CASE("a missing hour on a day on which clocks go forward names the time zone") {
  const auto hours = times({"2023-03-26 00:00", "2023-03-26 01:00", "2023-03-26 03:00", "2023-03-26 04:00", "2023-03-26 05:00"});
  CHECK(contains(error_of([&] { understand(hours); }),
                 "(clocks go forward on that day: if the times are local, write where, e.g. time_zone = \"Europe/Berlin\")"));
  const auto other = times({"2023-03-27 00:00", "2023-03-27 01:00", "2023-03-27 03:00", "2023-03-27 04:00", "2023-03-27 05:00"});
  CHECK_FALSE(contains(error_of([&] { understand(other); }), "time_zone"));
}

TEST_CASE("frequencies are written as they are read") {
  for (const char* text :
       {"1h", "15min", "90min", "1d", "7d", "250ms", "3mo", "business_day", "none", "month_end", "quarter_end", "year_end",
        "business_month_end", "business_month_start", "business_quarter_start", "business_year_end", "2month_end", "2quarter_end"})
    CHECK(Frequency::parse(text).text() == text);
  CHECK(Frequency::parse("1w").step_ns == 7 * day);
  CHECK(Frequency::parse("h").step_ns == hour);
  CHECK(Frequency::parse("1y").months == 12);
  for (const char* text : {"", "1x", "0h", "-1h", "hourly", "1.5h", "month_start", "0month_end", "business_day_end", "month_ends"})
    CHECK(contains(error_of([&] { static_cast<void>(Frequency::parse(text)); }), "is not understood"));
}

TEST_CASE("future times continue by the step") {
  SeriesInfo info;
  info.has_time = true;
  const auto future = [&](const char* last, const char* frequency) {
    info.frequency = frequency;
    std::string text;
    for (const std::int64_t time : future_times(parse_time(last), 2, info)) text += format_time(time, true) + " ";
    return text;
  };
  CHECK(future("2018-06-26 19:00", "1h") == "2018-06-26 20:00:00 2018-06-26 21:00:00 ");
  CHECK(future("2020-04-16", "business_day") == "2020-04-17 2020-04-20 ");
  CHECK(future("2020-01-31", "1mo") == "2020-02-29 2020-03-31 ");
  CHECK(future("2019-01-30", "1mo") == "2019-02-28 2019-03-30 ");
  CHECK(future("2019-01-15", "3mo") == "2019-04-15 2019-07-15 ");
  CHECK(future("2010-01-29", "business_month_end") == "2010-02-26 2010-03-31 ");
  CHECK(future("2023-12-29", "business_month_end") == "2024-01-31 2024-02-29 ");
  CHECK(future("2010-04-01", "business_month_start") == "2010-05-03 2010-06-01 ");
  CHECK(future("2020-02-29", "month_end") == "2020-03-31 2020-04-30 ");
  CHECK(future("2020-06-30", "quarter_end") == "2020-09-30 2020-12-31 ");
  CHECK(future("2020-02-28", "1mo") == "2020-03-28 2020-04-28 ");
  info.median_step_ns = 2 * hour;
  CHECK(future("2020-01-31 12:00", "none") == "2020-01-31 14:00:00 2020-01-31 16:00:00 ");
  info.has_time = false;
  CHECK(future_times(41, 2, info) == std::vector<std::int64_t>{42, 43});
}

TEST_CASE("a time that cannot be read comes with a cure") {
  CHECK_FALSE(TimeParser({}).parse("2016070105"));
  const auto advice = [] { return std::string("write another"); };
  CHECK(TimeParser({}).cure("2016070105", advice) ==
        "it may be a date with an hour, or seconds since 1970; write time_format = \"%Y%m%d%H\" or \"epoch\"");
  CHECK(error_of([] { TimeParser("%d %Q"); }) ==
        "2: time_format = \"%d %Q\" holds \"%Q\", which is not known; write e.g. %Y year, %m month, %b its name, %d day, %H hour, %M "
        "minute, %S "
        "second, %q quarter");
  CHECK(TimeParser("%H").cure("x", advice) == "it does not fit time_format = \"%H\"; write another");
  CHECK(TimeParser({}).cure("x", advice) == "it is neither ISO 8601 nor epoch seconds; write another");
}

TEST_CASE("parse_time refuses other texts") {
  CHECK(contains(error_of([] { static_cast<void>(parse_time("soon")); }), "2: \"soon\" is no time"));
}

TEST_CASE("times beyond 64 bits of nanoseconds are refused, and steps longer than 292 years are read") {
  const std::int64_t late = parse_time("2261-12-01"), early = parse_time("1700-01-01");
  for (const char* step : {"1y", "1mo", "1d", "business_day", "900y"})
    CHECK_MESSAGE(contains(error_of([&] { static_cast<void>(Frequency::parse(step).after(late, 5'000)); }), "lies beyond the year 2262"),
                  step);
  CHECK(error_of([&] { static_cast<void>(Frequency::parse("100y").after(late, 1)); }) ==
        "4: the time 1 steps (1200mo) after 2261-12-01 lies beyond the year 2262, the last that can be told");
  CHECK(contains(error_of([] { static_cast<void>(Frequency::parse("999999999y")); }), "is not understood"));
  CHECK(median_step(std::array{early, late}) == std::numeric_limits<std::int64_t>::max());
  CHECK_FALSE(Frequency::parse("1d").follows(early, late));
  CHECK(infer_frequency(std::array{early, late}).step_ns > 0);
}

}  // namespace
}  // namespace pipeline
