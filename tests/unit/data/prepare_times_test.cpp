#include <doctest/doctest.h>

#include <algorithm>

#include "pipeline/data/time_text.h"
#include "unit/data/prepare_fixture.h"

namespace pipeline {
namespace {

using namespace test;

/// A CSV text with a time t and the columns a and b; b counts the rows as they stand.
std::string timed(const std::vector<std::string>& times) {
  std::string text = "t,a,b\n";
  int row = 0;
  for (const std::string& time : times) text += time + "," + std::to_string(10 * row) + "," + std::to_string(row) + "\n", ++row;
  return text;
}

struct Times {
  TempFolder folder;
  PrepareOptions options;

  explicit Times(const std::vector<std::string>& times) : Times(timed(times)) {}
  explicit Times(const std::string& text) : options(options_for(folder.file("s.csv", text))) { options.time_column = {"t"}; }

  [[nodiscard]] std::string failure() {
    return error_of([&] { prepare(folder, options, Value::List{0.5, 0.25, 0.25}); }, folder.path());
  }
  /// Each time and its b.
  [[nodiscard]] std::string read(Prepared* out = nullptr) {
    Prepared prepared = prepare(folder, options, Value::List{0.5, 0.25, 0.25});
    const TimeText text(prepared.series->info(), prepared.series->time());
    std::string said;
    const auto rows = prepared.series->time();
    for (std::size_t i = 0; i < rows.size(); ++i) said += text(rows[i]) + " " + format_number(prepared.series->targets()[i]) + "|";
    if (out != nullptr) *out = std::move(prepared);
    return said;
  }
};

TEST_CASE("a file that runs from new to old is turned round where order allows") {
  Times newest({"2020-01-04", "2020-01-03", "2020-01-02", "2020-01-01"});
  CHECK(newest.failure() ==
        "4: s.csv:5: the rows run from new to old, to 2020-01-01 00:00:00 in the last from 2020-01-04 00:00:00 in the first; write order = "
        "\"sort\"");
  newest.options.order = "sort";
  Prepared prepared;
  CHECK(newest.read(&prepared) == "2020-01-01 3|2020-01-02 2|2020-01-03 1|2020-01-04 0|");
  CHECK(prepared.log.says("the file runs from new to old: its rows are turned round"));
  CHECK(prepared.series->info().source.at("order") == Value("sort"));
}

TEST_CASE("rows out of order are told apart from rows that repeat") {
  Times mixed({"2020-01-01", "2020-01-03", "2020-01-02", "2020-01-04", "2020-01-04", "2020-01-05"});
  CHECK(mixed.failure() ==
        "4: s.csv:4: the time 2020-01-02 00:00:00 is older than that of a row before; 1 row is out of order, and 1 time stands in 2 rows; "
        "write order = \"sort\" and duplicates = \"first\", \"last\" or \"mean\" to keep one row of each");
  mixed.options.order = "sort";
  CHECK(contains(mixed.failure(), "s.csv:6: the time 2020-01-04 00:00:00 stands in a row before (s.csv:5); 1 time stands in 2 rows"));
  mixed.options.duplicates = "last";
  Prepared prepared;
  CHECK(mixed.read(&prepared) == "2020-01-01 0|2020-01-02 2|2020-01-03 1|2020-01-04 4|2020-01-05 5|");
  CHECK(prepared.log.says("1 row was out of order and sorted by time\n1 time stood in 2 rows: the last of each is kept"));
}

TEST_CASE("of rows with one time the first, the last or their mean is kept") {
  // A clock that was set back: the rows that come later repeat earlier times, and no other row is out of order.
  Times twice({"2020-01-01", "2020-01-02", "2020-01-03", "2020-01-02", "2020-01-03", "2020-01-04"});
  CHECK(contains(twice.failure(),
                 "s.csv:5: the time 2020-01-02 00:00:00 stands in a row before (s.csv:3); 2 times stand in 4 rows; write dup"));
  twice.options.duplicates = "first";
  CHECK(twice.read() == "2020-01-01 0|2020-01-02 1|2020-01-03 2|2020-01-04 5|");
  twice.options.duplicates = "last";
  CHECK(twice.read() == "2020-01-01 0|2020-01-02 3|2020-01-03 4|2020-01-04 5|");
  twice.options.duplicates = "mean";
  CHECK(twice.read() == "2020-01-01 0|2020-01-02 2|2020-01-03 3|2020-01-04 5|");
}

TEST_CASE("places in later sentences are those of the file, in whatever order its rows stand") {
  Times newest("t,a,b\n2020-01-04,1,1\n2020-01-03,,1\n2020-01-02,1,1\n2020-01-01,1,1\n");
  newest.options.order = "sort";
  CHECK(contains(newest.failure(), "s.csv:3: column \"a\" has no value"));
}

TEST_CASE("rows at one local time of day count days, whatever their offsets") {
  Times days({"2023-03-24 00:00:00+01:00", "2023-03-25 00:00:00+01:00", "2023-03-26 00:00:00+01:00", "2023-03-27 00:00:00+02:00"});
  Prepared prepared;
  CHECK(days.read(&prepared) == "2023-03-24 0|2023-03-25 1|2023-03-26 2|2023-03-27 3|");
  CHECK(prepared.log.says("time 2023-03-24 to 2023-03-27, step 1d, 0 gaps"));
  CHECK_FALSE(prepared.series->info().utc);
  CHECK(parse_time("2023-03-27T00:00:00+02:00", prepared.series->info()) == prepared.series->time()[3]);
  const PreparedInput again = read_like(days.options.source.front(), prepared.series->info());
  CHECK(std::ranges::equal(again.time, prepared.series->time()));
  // Hours, and midnights of UTC, stay as they were.
  CHECK(Times({"2023-03-24 00:00Z", "2023-03-25 00:00Z", "2023-03-26 00:00Z", "2023-03-27 00:00Z"})
            .read()
            .starts_with("2023-03-24 00:00:00+00:00 0|"));
  CHECK(Times({"2023-03-24 00:00+01:00", "2023-03-24 01:00+01:00", "2023-03-24 02:00+01:00", "2023-03-24 03:00+01:00"})
            .read()
            .starts_with("2023-03-23 23:00:00+00:00 0|"));
}

TEST_CASE("with a time zone hours that come twice are told apart, and times are written with their offset") {
  Times hours({"2023-10-29 00:00", "2023-10-29 01:00", "2023-10-29 02:00", "2023-10-29 02:00", "2023-10-29 03:00"});
  CHECK(hours.failure() ==
        "4: s.csv:5: the time 2023-10-29 02:00:00 comes a second time on a day on which clocks go back an hour: the times are local; write "
        "where, e.g. time_zone = \"Europe/Berlin\"");
  hours.options.time_zone = "Europe/Berlin";
  Prepared prepared;
  CHECK(hours.read(&prepared) ==
        "2023-10-29 00:00:00+02:00 0|2023-10-29 01:00:00+02:00 1|2023-10-29 02:00:00+02:00 2|2023-10-29 02:00:00+01:00 3|2023-10-29 "
        "03:00:00+01:00 4|");
  CHECK(prepared.log.says("time 2023-10-29 00:00:00+02:00 to 2023-10-29 03:00:00+01:00, step 1h, 0 gaps"));
  const SeriesInfo& info = prepared.series->info();
  CHECK(parse_time("2023-10-29 03:00", info) == prepared.series->time()[4]);
  CHECK(parse_time("2023-10-29T02:00:00Z", info) == prepared.series->time()[4]);
  CHECK(std::ranges::equal(read_like(hours.options.source.front(), info).time, prepared.series->time()));
  hours.options.ambiguous = "first";
  CHECK(contains(hours.failure(), "s.csv:5: the time 2023-10-29 02:00:00+02:00 stands in a row before (s.csv:4)"));
  // Newest first, and the missing hour in spring.
  Times newest({"2023-10-29 03:00", "2023-10-29 02:00", "2023-10-29 02:00", "2023-10-29 01:00"});
  newest.options.time_zone = "Europe/Berlin";
  newest.options.order = "sort";
  CHECK(newest.read() ==
        "2023-10-29 01:00:00+02:00 3|2023-10-29 02:00:00+02:00 2|2023-10-29 02:00:00+01:00 1|2023-10-29 03:00:00+01:00 0|");
  Times spring({"2023-03-26 00:00", "2023-03-26 01:00", "2023-03-26 03:00", "2023-03-26 04:00"});
  spring.options.time_zone = "Europe/Berlin";
  CHECK(spring.read(&prepared).ends_with("2023-03-26 03:00:00+02:00 2|2023-03-26 04:00:00+02:00 3|"));
  CHECK(prepared.log.says("step 1h, 0 gaps"));
}

TEST_CASE("counts since 1970 are UTC, and day numbers of Excel are local") {
  Times counts({"1698537600", "1698541200", "1698544800", "1698548400"});  // from 2023-10-29 00:00 UTC on
  counts.options.time_zone = "Europe/Berlin";
  CHECK(counts.read() ==
        "2023-10-29 02:00:00+02:00 0|2023-10-29 02:00:00+01:00 1|2023-10-29 03:00:00+01:00 2|2023-10-29 04:00:00+01:00 3|");
  Times excel({"45228", "45228.041667", "45228.083333", "45228.083333", "45228.125"});
  excel.options.time_zone = "Europe/Berlin";
  excel.options.time_format = "excel";
  CHECK(excel.read().ends_with("2023-10-29 02:00:00+02:00 2|2023-10-29 02:00:00+01:00 3|2023-10-29 03:00:00+01:00 4|"));
}

TEST_CASE("split's times are local where a zone is named, and rows in an hour left out can be dropped") {
  Times hours({"2023-03-26 00:00", "2023-03-26 01:00", "2023-03-26 02:00", "2023-03-26 03:00", "2023-03-26 04:00"});
  hours.options.time_zone = "Europe/Berlin";
  CHECK(contains(hours.failure(), "s.csv:4: the time 2023-03-26 02:00:00 was left out by the clocks of Europe/Berlin"));
  hours.options.nonexistent = "drop";
  const Prepared prepared = prepare(hours.folder, hours.options, Value::List{"2023-03-26 03:00", "2023-03-26 04:00"});
  CHECK(prepared.series->info().split_end == std::array<std::int64_t, 3>{2, 3, 4});
  CHECK(prepared.log.says("1 row stands in an hour that clocks leave out, and is dropped"));
}

TEST_CASE("a zone for days, and a zone without a time column") {
  Times days({"2023-03-25", "2023-03-26", "2023-03-27", "2023-03-28"});
  days.options.time_zone = "Europe/Berlin";
  CHECK(days.read() == "2023-03-25 0|2023-03-26 1|2023-03-27 2|2023-03-28 3|");
  days.options.time_column = {};
  CHECK(days.failure() == "2: time_zone needs a time_column");
}

/// Hours from the first of March of 2023 on; b counts them.
std::vector<std::string> hours(int first, int count) {
  std::vector<std::string> out;
  for (int i = first; i < first + count; ++i)
    out.push_back("2023-03-" + std::to_string(10 + i / 24) + " " + std::to_string(i % 24) + ":00");
  return out;
}

TEST_CASE("resample makes whole buckets") {
  Times rows(hours(5, 24 * 5));  // the first and the last day are not whole
  rows.options.resample = Value::Map{{"every", "1d"}, {"how", Value::Map{{"b", "sum"}, {"a", "max"}}}};
  Prepared prepared;
  // The first whole day holds the rows 19 to 42.
  CHECK(rows.read(&prepared) == "2023-03-11 732|2023-03-12 1308|2023-03-13 1884|2023-03-14 2460|");
  CHECK(column(*prepared.series, 0) == std::vector<double>{420, 660, 900, 1140});
  CHECK(prepared.log.says("step 1d, 0 gaps"));
  CHECK(read_like(rows.options.source.front(), prepared.series->info()).time.size() == 4);
  rows.options.resample = Value::Map{{"every", "1d"}, {"how", Value::Map{{"b", "mean"}}}, {"closed", "right"}};
  CHECK(rows.read() == "2023-03-11 31.5|2023-03-12 55.5|2023-03-13 79.5|2023-03-14 103.5|");
}

TEST_CASE("a bucket with missing values has none unless min_share allows") {
  std::string text = timed(hours(0, 96));
  const auto at = text.find("2023-03-11 5:00,");
  const auto end = text.find('\n', at);
  text.erase(text.rfind(',', end) + 1, end - text.rfind(',', end) - 1);
  Times rows(text);
  rows.options.resample = Value::Map{{"every", "1d"}, {"how", Value::Map{{"b", "first"}}}};
  CHECK(rows.failure() == "4: s.csv:26: column \"b\" has no value; write missing = \"drop\", \"forward_fill\" or \"interpolate\"");
  rows.options.resample["min_share"] = 0.9;
  CHECK(rows.read() == "2023-03-10 0|2023-03-11 24|2023-03-12 48|2023-03-13 72|");
}

TEST_CASE("days of a time zone have 23 and 25 hours, and hours of it do not merge") {
  std::vector<std::string> times;
  for (int hour = 0; hour < 24; ++hour) times.push_back("2023-10-28 " + std::to_string(hour) + ":00");
  for (int hour = 0; hour < 24; ++hour) {
    times.push_back("2023-10-29 " + std::to_string(hour) + ":00");
    if (hour == 2) times.push_back(times.back());
  }
  for (int day = 30; day < 32; ++day) {
    for (int hour = 0; hour < 24; ++hour) times.push_back("2023-10-" + std::to_string(day) + " " + std::to_string(hour) + ":00");
  }
  Times rows(times);
  rows.options.time_zone = "Europe/Berlin";
  rows.options.resample = Value::Map{{"every", "1d"}, {"how", Value::Map{{"b", "last"}}}};
  CHECK(rows.read() == "2023-10-28 23|2023-10-29 48|2023-10-30 72|2023-10-31 96|");
  rows.options.resample = Value::Map{{"every", "1h"}, {"how", Value::Map{{"b", "mean"}}}};
  CHECK(contains(rows.read(), "|2023-10-29 02:00:00+02:00 26|2023-10-29 02:00:00+01:00 27|2023-10-29 03:00:00+01:00 28|"));
}

TEST_CASE("mistakes in resample are told before anything is read") {
  Times rows(hours(0, 48));
  const auto said = [&](const Value& resample) {
    rows.options.resample = resample;
    return rows.failure();
  };
  const Value how = Value::Map{{"b", "sum"}};
  CHECK(said(Value::Map{{"every", "1d"}}) ==
        "2: resample: how does not say what becomes of the target \"b\"; write e.g. how = { \"b\" = \"mean\" }, or \"sum\" for amounts");
  CHECK(said(Value::Map{{"every", "1d"}, {"how", Value::Map{{"b", "sum"}, {"zzz", "sum"}}}}) ==
        "2: resample: how names \"zzz\", which is neither a feature nor a target; there are a and b");
  CHECK(contains(said(Value::Map{{"every", "1d"}, {"how", Value::Map{{"b", "som"}}}}), "2: resample: how of \"b\""));
  CHECK(said(Value::Map{{"every", "1d"}, {"how", how}, {"label", "left"}}).starts_with("2: resample has no \"label\""));
  CHECK(said(Value::Map{{"every", "1d"}, {"how", how}, {"closed", "both"}}) ==
        "2: resample: closed is \"left\" or \"right\", not \"both\"");
  CHECK(said(Value::Map{{"every", "1d"}, {"how", how}, {"min_share", 0}}) == "2: resample: min_share lies above 0 and up to 1");
  CHECK(said(Value::Map{{"every", "business_day"}, {"how", how}})
            .starts_with("2: resample: every = \"business_day\" is no length of a bucket"));
  CHECK(said(Value("1d")) == "2: resample is a table such as { every = \"1h\", how = { y = \"sum\" } }");
  CHECK(said(Value::Map{{"every", "1min"}, {"how", how}}) ==
        "4: s.csv:2: resample every = \"1min\" is shorter than the step of the rows, 1h; write a longer one");
  CHECK(said(Value::Map{{"every", "1w"}, {"how", how}})
            .ends_with("s.csv: resample every = \"7d\" leaves no whole bucket; write a shorter one"));
}

}  // namespace
}  // namespace pipeline
