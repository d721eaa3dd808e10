#include "data/time_forms.h"

#include <doctest/doctest.h>

#include "data/time_parser.h"
#include "pipeline/data/format.h"
#include "unit/data/data_test.h"

namespace pipeline {
namespace {

std::string parsed(std::string_view text, const std::string& format = {}) {
  const auto time = TimeParser(format).parse(text);
  return time ? format_time(*time, true) : "no time";
}

NoTime refusal(std::string_view text, const std::string& format = {}) {
  TimeParser parser(format);
  REQUIRE_FALSE(parser.parse(text));
  return parser.refusal();
}

TEST_CASE("names of months and days are read, long and short, in both cases") {
  CHECK(parsed("Jun 09, 2023", "%b %d, %Y") == "2023-06-09");
  CHECK(parsed("june 9, 2023", "%b %d, %Y") == "2023-06-09");
  CHECK(parsed("9 Sept 2023", "%d %B %Y") == "2023-09-09");
  CHECK(parsed("09-MAR-23", "%d-%b-%y") == "2023-03-09");
  CHECK(parsed("Fri, 09 Jun 2023 14:05:06", "%a, %d %b %Y %H:%M:%S") == "2023-06-09 14:05:06");
  CHECK(parsed("May 2023", "%b %Y") == "2023-05-01");
  CHECK(parsed("Mai 2023", "%b %Y") == "no time");
  CHECK(parsed("31/12/69", "%d/%m/%y") == "1969-12-31");
  CHECK(parsed("31/12/68", "%d/%m/%y") == "2068-12-31");
  CHECK(parsed("31/12/2023", "%d/%m/%y") == "no time");
  CHECK(parsed("31/12/23", "%d/%m/%Y") == "no time");
}

TEST_CASE("a clock of twelve hours is read with and without seconds and a blank") {
  const std::string seconds = "%m/%d/%Y %I:%M:%S %p", minutes = "%m/%d/%Y %I:%M %p";
  CHECK(parsed("01/10/2024 12:00:00 AM", seconds) == "2024-01-10");
  CHECK(parsed("01/10/2024 12:30:00 pm", seconds) == "2024-01-10 12:30:00");
  CHECK(parsed("1/10/2024 1:05pm", minutes) == "2024-01-10 13:05:00");
  CHECK(parsed("1/10/2024 1:05 a.m.", minutes) == "2024-01-10 01:05:00");
  CHECK(parsed("1/10/2024 13:05 PM", minutes) == "no time");
}

TEST_CASE("hour 24 is the next midnight in every form, and hour 25 needs a time zone") {
  CHECK(parsed("07/01/2024 24", "%m/%d/%Y %H") == "2024-07-02");
  CHECK(parsed("31.12.2024 24:00", "%d.%m.%Y %H:%M") == "2025-01-01");
  CHECK(parsed("20240701 24:00:00", "%Y%m%d %H:%M:%S") == "2024-07-02");
  CHECK(parsed("2024-07-01 24") == "2024-07-02");
  CHECK(parsed("01.07.2024 24:15", "%d.%m.%Y %H:%M") == "no time");
  CHECK(refusal("2024-11-03 25") == NoTime::hour_25);
  CHECK(refusal("11/03/2024 25", "%m/%d/%Y %H") == NoTime::hour_25);
  TimeParser parser({});
  parser.allow_hour_25();
  CHECK(format_time(*parser.parse("2024-11-03 25")) == "2024-11-04 01:00:00");
  CHECK(parser.second_of_day() == 90'000);
  CHECK_FALSE(parser.parse("2024-11-03 26"));
}

TEST_CASE("quarters, ISO weeks, months and years are read as their first day") {
  CHECK(parsed("2023Q2", "%YQ%q") == "2023-04-01");
  CHECK(parsed("2023-Q4", "%Y-Q%q") == "2023-10-01");
  CHECK(parsed("Q1 2023", "Q%q %Y") == "2023-01-01");
  CHECK(parsed("2023Q5", "%YQ%q") == "no time");
  CHECK(parsed("2023-W05") == "2023-01-30");
  CHECK(parsed("2023W05") == "2023-01-30");
  CHECK(parsed("2020-W53-5") == "2021-01-01");
  CHECK(parsed("2021-W53") == "no time");
  CHECK(parsed("2023-W05", "%G-W%V") == "2023-01-30");
  CHECK(parsed("2023M05", "%YM%m") == "2023-05-01");
  CHECK(parsed("2023-05") == "2023-05-01");
  CHECK(parsed("2023", "%Y") == "2023-01-01");
  CHECK(parsed("2023-060", "%Y-%j") == "2023-03-01");
}

TEST_CASE("an interval is its start, and a date among clocks its midnight") {
  const std::string format = "%d.%m.%Y %H:%M";
  CHECK(parsed("01.01.2023 00:15 - 01.01.2023 00:30", format) == "2023-01-01 00:15:00");
  CHECK(parsed("29.10.2023 02:45 - 29.10.2023 02:00", format) == "2023-10-29 02:45:00");
  CHECK(parsed("01.01.2023 00:15 - 00:30", format) == "2023-01-01 00:15:00");
  CHECK(parsed("01-01-2023 00 - 01", "%d-%m-%Y %H") == "2023-01-01");
  CHECK(parsed("2023-01-01T05:00Z/2023-01-01T06:00Z") == "2023-01-01 05:00:00");
  CHECK(parsed("2023-01-01 05:00 - 2023-01-01 06:00") == "2023-01-01 05:00:00");
  CHECK(parsed("01.01.2023 00:15 - soon", format) == "no time");
  CHECK(parsed("01.01.2023", format) == "2023-01-01");
  CHECK(parsed("01.01.2023 ", format) == "no time");  // a date beside an empty cell has lost its hour
  CHECK(parsed("Mon Jan 02", "%a %b %d %H:%M:%S %Y") == "no time");
}

TEST_CASE("fractions of a second are read by a format too") {
  CHECK(parsed("01.01.2023 05:06:07.25", "%d.%m.%Y %H:%M:%S.%f") == "2023-01-01 05:06:07.250000000");
}

TEST_CASE("day numbers of Excel are rounded as far as their digits tell") {
  const auto excel = [](const char* text) { return parsed(text, "excel"); };
  CHECK(excel("44197") == "2021-01-01");
  CHECK(excel("44197.041667") == "2021-01-01 01:00:00");
  CHECK(excel("44197.010417") == "2021-01-01 00:15:00");
  CHECK(excel("44197,5") == "2021-01-01 12:00:00");
  CHECK(excel("44197.041666666664") == "2021-01-01 01:00:00");
  CHECK(excel("44197.0000115741") == "2021-01-01 00:00:01");
  CHECK(excel("44197.00000578704") == "2021-01-01 00:00:00.500000000");
  CHECK(excel("61") == "1900-03-01");
  for (const char* text : {"60", "0.5", "-3", "x", "44197.5.1", "9999999", ""}) CHECK_MESSAGE(excel(text) == "no time", text);
  CHECK(TimeParser("excel").cure("60", [] { return std::string(); }) ==
        "time_format = \"excel\" takes day numbers from 61, the first of March of 1900, on");
}

TEST_CASE("a time that is written well and lies outside the range is told so") {
  CHECK(refusal("1620-01-01") == NoTime::range);
  CHECK(refusal("01.01.2400", "%d.%m.%Y") == NoTime::range);
  CHECK(refusal("99999999999999", "epoch") == NoTime::range);
  CHECK(refusal("soon") == NoTime::form);
  TimeParser parser({});
  static_cast<void>(parser.parse("1620-01-01"));
  CHECK(parser.cure("1620-01-01", [] { return std::string(); }) ==
        "it lies outside the years 1678 to 2261, which nanoseconds in 64 bits can tell; write no time_column, and the rows are counted "
        "instead");
}

TEST_CASE("every form that is tried can be read") {
  for (const auto& forms : {time_forms(), number_forms()}) {
    for (const std::string& form : forms) CHECK_NOTHROW(TimeParser{form});
  }
}

}  // namespace
}  // namespace pipeline
