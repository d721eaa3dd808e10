#include "data/time_zone.h"

#include <doctest/doctest.h>

#include <array>

#include "data/local_times.h"
#include "data/time_parser.h"
#include "data/zone_rule.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "unit/data/data_test.h"

namespace pipeline {
namespace {

using test::contains;
using test::error_of;

std::string text_of(std::int64_t time) { return format_time(time); }

std::string found(const TimeZone& zone, const char* local) {
  const LocalInstants instants = zone.find(parse_time(local));
  return std::to_string(instants.count) + " " + text_of(instants.earlier) + (instants.count == 2 ? " " + text_of(instants.later) : "");
}

TEST_CASE("a local time has one instant, two where clocks go back, none where they go forward") {
  const TimeZone berlin = TimeZone::load("Europe/Berlin");
  CHECK(found(berlin, "2023-07-01 12:00") == "1 2023-07-01 10:00:00");
  CHECK(found(berlin, "2023-10-29 02:30") == "2 2023-10-29 00:30:00 2023-10-29 01:30:00");
  CHECK(found(berlin, "2023-10-29 03:00") == "1 2023-10-29 02:00:00");
  CHECK(found(berlin, "2023-03-26 02:30") == "0 2023-03-26 01:30:00");
  CHECK(found(berlin, "2023-03-26 03:00") == "1 2023-03-26 01:00:00");
  CHECK(found(berlin, "1700-01-01") == "1 1699-12-31 23:06:32");  // local mean time
  const TimeZone chicago = TimeZone::load("America/Chicago");
  CHECK(found(chicago, "2024-11-03 01:00") == "2 2024-11-03 06:00:00 2024-11-03 07:00:00");
  CHECK(found(TimeZone::load("Asia/Kolkata"), "2024-11-03 01:00") == "1 2024-11-02 19:30:00");
  CHECK(found(TimeZone::load("UTC"), "2024-11-03 01:00") == "1 2024-11-03 01:00:00");
  CHECK(found(TimeZone::load("Pacific/Apia"), "2011-12-30 12:00") == "0 2011-12-30 22:00:00");  // a day that was left out
}

TEST_CASE("later years follow the zone's rule") {
  const TimeZone berlin = TimeZone::load("Europe/Berlin");
  CHECK(found(berlin, "2100-07-01 12:00") == "1 2100-07-01 10:00:00");
  CHECK(found(berlin, "2250-10-27 02:30") == "2 2250-10-27 00:30:00 2250-10-27 01:30:00");
  const auto changes = changes_by_rule("EST5EDT,M3.2.0,M11.1.0", 2024, 2024);
  REQUIRE(changes.size() == 2);
  CHECK(text_of(changes[0].first * nanoseconds_per_second) == "2024-03-10 07:00:00");
  CHECK(changes[0].second == -4 * 3'600);
  CHECK(text_of(changes[1].first * nanoseconds_per_second) == "2024-11-03 06:00:00");
  CHECK(changes_by_rule("<+0330>-3:30", 2024, 2024).at(0).second == 12'600);
  CHECK(contains(error_of([] { static_cast<void>(changes_by_rule("CET-1CEST,J60,J300", 2024, 2024)); }),
                 "1: the rule \"CET-1CEST,J60,J300\""));
}

TEST_CASE("a zone travels as a value, with the changes that a series needs") {
  const TimeZone berlin = TimeZone::load("Europe/Berlin");
  const Value value = berlin.to_value();
  CHECK(value.at("changes").as_list().size() < 400);
  const TimeZone again = TimeZone::from_value(value);
  for (const char* local : {"2023-07-01 12:00", "2023-10-29 02:30", "2024-03-31 02:30", "2035-10-28 02:30", "2090-01-01", "2200-07-01"})
    CHECK(found(again, local) == found(berlin, local));
  CHECK(found(TimeZone::from_value(berlin.to_value()), "2061-07-01") == found(berlin, "2061-07-01"));
  CHECK(berlin.hash() == TimeZone::load("Europe/Berlin").hash());
  CHECK(berlin.hash() != TimeZone::load("Europe/London").hash());
  CHECK(contains(error_of([] {
                   static_cast<void>(TimeZone::from_value(Value::Map{{"name", "x"}, {"changes", Value::List{}}, {"rule", ""}}));
                 }),
                 "4: a time zone has no offset"));
}

TEST_CASE("a zone that no program wrote is refused") {
  const auto said = [](const Value& changes, const char* rule) {
    return error_of([&] { static_cast<void>(TimeZone::from_value(Value::Map{{"name", "x"}, {"changes", changes}, {"rule", rule}})); });
  };
  const Value::List early{Value::List{INT64_MIN + 1, 0}}, twice{Value::List{0, 0}, Value::List{0, 3'600}}, far{Value::List{0, 1'000'000}};
  CHECK(contains(said(early, "UTC0"), "lies too far away"));
  CHECK(contains(said(far, "UTC0"), "lies too far away"));
  CHECK(contains(said(twice, "UTC0"), "are not in order"));
  CHECK(contains(said(Value::List{Value::List{0, 0}}, "A99999999999"), "the rule \"A99999999999\" of a time zone cannot be read"));
}

TEST_CASE("a name that is no zone comes with the nearest, and a damaged file with the cure") {
  CHECK(error_of([] { static_cast<void>(TimeZone::load("Europe/Berln")); }) ==
        "2: time_zone = \"Europe/Berln\" is no time zone of this system; write a name such as \"Europe/Berlin\" or \"UTC\"; did you mean "
        "\"Europe/Berlin\"?");
  for (const char* name : {"", "/etc/passwd", "../zoneinfo/UTC", "Europe", "zone.tab"})
    CHECK_MESSAGE(contains(error_of([&] { static_cast<void>(TimeZone::load(name)); }), "is no time zone of this system"), name);
  const test::TempFolder folder;
  const auto file = folder.file("Berlin", "TZif2 and no more");
  CHECK(contains(error_of([&] { static_cast<void>(TimeZone::read("Berlin", file)); }),
                 "Berlin is no file of a time zone; install tzdata again"));
  const std::string whole = read_text("/usr/share/zoneinfo/Europe/Berlin");
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const auto part = folder.file("Part", whole.substr(0, size));
    CHECK(error_of([&] { static_cast<void>(TimeZone::read("Part", part)); }).starts_with("1: "));
  }
}

/// Local times read with a zone; the clock of each is its time of day, or the one given.
std::string in_utc(const char* zone, std::vector<const char*> texts, const ClockRules& rules = {}) {
  std::vector<std::int64_t> times;
  std::vector<std::int32_t> clock;
  TimeParser parser({});
  parser.allow_hour_25();
  for (const char* text : texts) {
    times.push_back(*parser.parse(text));
    clock.push_back(static_cast<std::int32_t>(parser.second_of_day()));
  }
  make_utc({times, clock, [](std::int64_t row) { return "x.csv:" + std::to_string(row + 2); }}, TimeZone::load(zone), rules);
  std::string out;
  for (const std::int64_t time : times) out += time == INT64_MIN ? "none " : text_of(time).substr(8, 8) + " ";
  return out;
}

TEST_CASE("the repeated hour is told apart by the order of the rows") {
  const std::vector<const char*> quarters{"2023-10-29 01:45", "2023-10-29 02:00", "2023-10-29 02:30",
                                          "2023-10-29 02:00", "2023-10-29 02:30", "2023-10-29 03:00"};
  CHECK(in_utc("Europe/Berlin", quarters) == "28 23:45 29 00:00 29 00:30 29 01:00 29 01:30 29 02:00 ");
  const std::vector<const char*> reversed(quarters.rbegin(), quarters.rend());
  CHECK(in_utc("Europe/Berlin", reversed) == "29 02:00 29 01:30 29 01:00 29 00:30 29 00:00 28 23:45 ");
  const std::vector<const char*> once{"2023-10-29 01:00", "2023-10-29 02:00", "2023-10-29 03:00"};
  CHECK(error_of([&] { in_utc("Europe/Berlin", once); }) ==
        "4: x.csv:3: the time 2023-10-29 02:00:00 comes twice, and once in the file, by the clocks of Europe/Berlin, which go back; write "
        "ambiguous = \"first\" to take the first");
  CHECK(in_utc("Europe/Berlin", once, {.ambiguous = "first"}) == "28 23:00 29 00:00 29 02:00 ");
  CHECK(
      error_of([&] { in_utc("Europe/Berlin", quarters, {.ambiguous = "error"}); }) ==
      "4: x.csv:3: the time 2023-10-29 02:00:00 comes twice by the clocks of Europe/Berlin, which go back; write ambiguous = \"infer\" to "
      "tell the two apart by the order of the rows, or \"first\" to take the first");
}

TEST_CASE("rows that end within the first of the two hours keep their step") {
  CHECK(in_utc("Europe/Berlin", {"2023-10-29 00:00", "2023-10-29 01:00", "2023-10-29 02:00"}) == "28 22:00 28 23:00 29 00:00 ");
  CHECK(in_utc("Europe/Berlin", {"2023-10-29 01:30", "2023-10-29 01:45", "2023-10-29 02:00", "2023-10-29 02:15"}) ==
        "28 23:30 28 23:45 29 00:00 29 00:15 ");
  CHECK(in_utc("Europe/Berlin", {"2023-10-29 02:00", "2023-10-29 01:00", "2023-10-29 00:00"}) == "29 00:00 28 23:00 28 22:00 ");
  for (const std::vector<const char*>& unclear : {std::vector<const char*>{"2023-10-29 00:30", "2023-10-29 01:00", "2023-10-29 02:00"},
                                                  std::vector<const char*>{"2023-10-29 01:00", "2023-10-29 02:00"},
                                                  std::vector<const char*>{"2023-10-29 02:00", "2023-10-29 03:00", "2023-10-29 04:00"}})
    CHECK(contains(error_of([&] { in_utc("Europe/Berlin", unclear); }), "comes twice, and once in the file,"));
}

TEST_CASE("an hour that clocks leave out is an error, an hour later, or left out") {
  const std::vector<const char*> hours{"2023-03-26 01:00", "2023-03-26 02:00", "2023-03-26 03:00"};
  CHECK(error_of([&] { in_utc("Europe/Berlin", hours); }) ==
        "4: x.csv:3: the time 2023-03-26 02:00:00 was left out by the clocks of Europe/Berlin; write nonexistent = \"shift\" to read it as "
        "an "
        "hour later, or nonexistent = \"drop\" to leave out its rows");
  CHECK(in_utc("Europe/Berlin", hours, {.nonexistent = "shift"}) == "26 00:00 26 01:00 26 01:00 ");
  CHECK(in_utc("Europe/Berlin", hours, {.nonexistent = "drop"}) == "26 00:00 none 26 01:00 ");
}

TEST_CASE("hours that are counted end so many hours after the local midnight") {
  CHECK(in_utc("America/Chicago", {"2024-11-03 1", "2024-11-03 2", "2024-11-03 3", "2024-11-03 24", "2024-11-03 25", "2024-11-04 1"}) ==
        "03 06:00 03 07:00 03 08:00 04 05:00 04 06:00 04 07:00 ");
  // In spring the day has 23 hours, and its last is hour 23.
  CHECK(in_utc("America/Chicago", {"2024-03-09 24", "2024-03-10 2", "2024-03-10 3", "2024-03-10 23", "2024-03-11 1"}) ==
        "10 06:00 10 08:00 10 09:00 11 05:00 11 06:00 ");
}

}  // namespace
}  // namespace pipeline
