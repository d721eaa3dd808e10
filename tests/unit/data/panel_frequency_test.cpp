#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "data/split.h"
#include "pipeline/data/slicing.h"
#include "pipeline/data/windows.h"
#include "unit/data/prepare_fixture.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

/// Two years of months (m), eight quarters (q) and 10 years (y).
std::string three_frequencies() {
  std::string csv = "id,f,t,y\n";
  const auto row = [&](const char* id, const char* word, int year, int month, double level) {
    csv += std::string(id) + "," + word + "," + std::to_string(year) + (month < 10 ? "-0" : "-") + std::to_string(month) + "-01," +
           format_number(level) + "\n";
  };
  for (int i = 0; i < 24; ++i) row("m", "monthly", 2020 + i / 12, 1 + i % 12, 100 + i);
  for (int i = 0; i < 8; ++i) row("q", "quarterly", 2020 + i / 4, 1 + 3 * (i % 4), 200 + i);
  for (int i = 0; i < 10; ++i) row("y", "yearly", 2010 + i, 1, 300 + i);
  return csv;
}

PrepareOptions frequency_options(const TempFolder& folder, const std::string& csv) {
  PrepareOptions options;
  options.source = {folder.file("p.csv", csv).string()};
  options.features = options.target = {"y"};
  options.series_column = {"id"};
  options.time_column = {"t"};
  options.frequency_column = "f";
  options.scaler = Scaler::none;
  return options;
}

const Value by_word = Value::Map{{"monthly", 6}, {"quarterly", 3}, {"yearly", 2}};
const Value split = Value::Map{{"val", 0}, {"test", by_word}};

}  // namespace

TEST_CASE("series of several frequencies have their own steps, splits and horizons") {
  const TempFolder folder;
  const Prepared done = prepare(folder, frequency_options(folder, three_frequencies()), split);
  const auto& groups = done.series->info().panel->groups;
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].word == "monthly");
  CHECK(groups[0].step.frequency == "1mo");
  CHECK(groups[1].step.frequency == "3mo");
  CHECK(groups[2].step.frequency == "12mo");
  CHECK(done.series->info().frequency.empty());
  CHECK(done.log.says("quarterly: 1 series, step 3mo, 0 gaps"));
  CHECK(done.series->split_end(0) == std::array<std::int64_t, 3>{18, 18, 24});
  CHECK(done.series->split_end(1) == std::array<std::int64_t, 3>{29, 29, 32});
  CHECK(done.series->split_end(2) == std::array<std::int64_t, 3>{40, 40, 42});

  const auto windows_folder = folder.folder("windows");
  TextLog log;
  static_cast<void>(slice_series({.window = 2, .horizon = by_word}, folder.path() / "preprocess", "../preprocess", windows_folder, log));
  const auto windows = Windows::open(windows_folder);
  CHECK(windows->info().horizon == 6);
  CHECK(windows->horizon_of(1) == 3);
  CHECK(windows->count(Split::test) == 3);
  CHECK(windows->count(Split::val) == 0);
  CHECK_FALSE(windows->fully_observed());

  std::vector<float> y(3 * 6), weight(3 * 6);
  windows->gather(Split::test, std::array<std::int64_t, 3>{0, 1, 2}, {.y = y.data(), .weight = weight.data()});
  CHECK(y == std::vector<float>{118, 119, 120, 121, 122, 123, 205, 206, 207, 0, 0, 0, 308, 309, 0, 0, 0, 0});
  CHECK(weight == std::vector<float>{1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0});
}

TEST_CASE("times after the last row go on by the step of the frequency") {
  const TempFolder folder;
  const Prepared done = prepare(folder, frequency_options(folder, three_frequencies()), split);
  const SeriesInfo& info = done.series->info();
  const std::int64_t last = parse_time("2021-10-01");
  CHECK(future_times(last, 1, info, 0) == std::vector{parse_time("2021-11-01")});
  CHECK(future_times(last, 2, info, 1) == std::vector{parse_time("2022-01-01"), parse_time("2022-04-01")});
  CHECK(future_times(last, 1, info, 2) == std::vector{parse_time("2022-10-01")});
  CHECK_THROWS_AS(static_cast<void>(future_times(last, 1, info)), Error);
}

TEST_CASE("all rows of a series have one frequency word") {
  const TempFolder folder;
  const auto error = [&](const std::string& csv) {
    const auto options = frequency_options(folder, csv);
    return error_of([&] { static_cast<void>(prepare(folder, options, split)); }, folder.path());
  };
  CHECK(error("id,f,t,y\na,monthly,2020-01-01,1\nb,yearly,2020-01-01,1\na,yearly,2020-02-01,1\n") ==
        "4: p.csv:4: series \"a\" has the word \"yearly\" in column \"f\", and \"monthly\" in p.csv:2: all rows of a series have one "
        "frequency; correct the word, or give the rows an id of their own");
  CHECK(error("id,f,t,y\na,monthly,2020-01-01,1\na,,2020-02-01,1\n") ==
        "4: p.csv:3: series \"a\" has no word in column \"f\", which tells the frequency of each series: write it in every row");
}

TEST_CASE("series of one word with several steps, and tables that are not of the words, are told") {
  const TempFolder folder;
  auto options = frequency_options(folder, three_frequencies());
  const auto error = [&](const Value& of) { return error_of([&] { static_cast<void>(prepare(folder, options, of)); }, folder.path()); };
  CHECK(error(Value::Map{{"val", 0}, {"test", Value::Map{{"monthly", 6}, {"yearly", 2}}}}) ==
        "2: split: test has no number for \"quarterly\", a word of frequency_column: add quarterly = ...");
  CHECK(error(Value::Map{{"val", Value::Map{{"monthly", 6}}}, {"test", 3}}) ==
        "2: split: val has no number for \"quarterly\", a word of frequency_column: add quarterly = ...");
  CHECK(error(Value::Map{{"val", Value::Map{{"monthly", 6}}}, {"test", Value::Map{{"yearly", 2}}}}) ==
        "2: split: test has no number for \"monthly\", which the other part has: add monthly = ...");

  options.frequency_column = "id";  // the column that tells the series apart, too
  CHECK(prepare(folder, options, Value::Map{{"val", 0}, {"test", 2}}).series->info().panel->groups.size() == 3);

  std::string csv = three_frequencies();
  for (const char* month : {"2020-01", "2020-04", "2020-07"}) csv += "z,monthly," + std::string(month) + "-01,1\n";
  options = frequency_options(folder, csv);
  CHECK(error(split) ==
        "4: the series of frequency \"monthly\" do not have one step: most have 1mo, and 1 of 2 another: \"z\" (3mo); correct the words of "
        "frequency_column, or write frequency = \"none\" to count rows as steps");
  options = frequency_options(folder, three_frequencies());
  options.frequency_column = "t";
  CHECK(error(split) ==
        "2: frequency_column names the column \"t\", which is the time_column or a target: name the one that holds a word for each series, "
        "such as yearly or monthly");
}

TEST_CASE("a horizon by words needs the words of the series") {
  const TempFolder folder;
  static_cast<void>(prepare(folder, frequency_options(folder, three_frequencies()), split));
  const auto windows = folder.folder("windows");
  const auto error = [&](const Value& horizon) {
    TextLog log;
    const SliceOptions options{.window = 2, .horizon = horizon};
    return error_of([&] { static_cast<void>(slice_series(options, folder.path() / "preprocess", "../preprocess", windows, log)); });
  };
  CHECK(error(Value::Map{{"monthly", 6}, {"quarterly", 3}}) ==
        "2: horizon has no number for \"yearly\", a word of frequency_column: add yearly = ...");
  CHECK(error(Value::Map{{"monthly", 6}, {"quarterly", 3}, {"yearly", 2}, {"daily", 2}}) ==
        "2: horizon has a number for \"daily\", which no row of frequency_column holds; there are monthly, quarterly and yearly");
  CHECK(error(Value::Map{{"monthly", 6}, {"quarterly", 3}, {"yearly", 20}}) ==
        "4: 1 of 3 series has no window in any split, since window = 2 and its horizon (monthly 6, quarterly 3, yearly 20) need as many "
        "rows in a row: \"y\"; write a smaller window or horizon, or padding = \"left\" to train on windows that begin before their "
        "series, or short_series = \"drop\" in the stage that made the series to leave it out");
}

TEST_CASE("a table of val and test may have numbers by frequency words") {
  const SplitRule rule = SplitRule::parse(split);
  CHECK(rule.leaves_out(Split::val));
  CHECK_FALSE(rule.leaves_out(Split::test));
  CHECK(rule.of_word("yearly").tail_ends(10) == SplitEnd{8, 8, 8, 10});
  CHECK(rule.of_word("monthly").tail_ends(10) == SplitEnd{4, 4, 4, 10});
  CHECK(contains(error_of([&] { static_cast<void>(rule.ends(10, nullptr, "rows")); }),
                 "split has numbers by the words of a frequency_column, and there is none"));
  CHECK(split_table_mistake(Value::Map{{"val", 0}, {"test", Value::Map{{"monthly", -1}}}}) ==
        "split: val and test are counts of rows, none of them below 0 (monthly)");
  CHECK(contains(split_table_mistake(Value::Map{{"val", 0}, {"test", Value::Map{{"monthly", "six"}}}}), "split takes val and test here"));
}

TEST_CASE("short series of a frequency are left out") {
  const TempFolder folder;
  auto options = frequency_options(folder, three_frequencies() + "tiny,yearly,2019-01-01,1\ntiny,yearly,2020-01-01,2\n");
  options.short_series = "drop";
  const Prepared done = prepare(folder, options, split);
  CHECK(done.series->series_count() == 3);
  CHECK(done.log.says("1 of 4 series has too few rows to be split (at most 2): \"tiny\"; left out"));
  CHECK(done.log.says("yearly: 1 series, step 12mo"));
}
