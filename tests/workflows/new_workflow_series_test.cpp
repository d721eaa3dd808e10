// new-workflow writes workflows that run: rows known ahead in any order, tables with dates across, uneven series.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

/// A day from the begin of 2023 on.
std::string day(int number) {
  using namespace std::chrono;
  const year_month_day date = sys_days(2023y / January / 1) + days(number);
  char text[32];
  std::snprintf(text, sizeof text, "%d-%02u-%02u", int(date.year()), unsigned(date.month()), unsigned(date.day()));
  return text;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

double wave(int row) { return 10 + std::sin(row * 0.26) + row % 5 * 0.1; }

struct GuessedSeries : WorkflowFixture {
  /// Guesses and checks a workflow for d.csv and cuts its windows; returns the workflow's text.
  [[nodiscard]] std::string runs(const std::string& text, std::vector<std::string> flags = {}) const {
    write("d.csv", text);
    std::vector<std::string> words{"new-workflow", "d.csv", "--force"};
    words.insert(words.end(), flags.begin(), flags.end());
    const Finished made = pipeline(words);
    REQUIRE_MESSAGE(made.status == 0, made.err);
    CHECK(pipeline({"validate", "d.toml"}).status == 0);
    const Finished run = pipeline({"run", "d.toml", "--until", "slice_windows"});
    CHECK_MESSAGE(run.status == 0, run.err, read("d.toml"));
    return read("d.toml");
  }
};

/// Rows of hours of ten days and more, from new to old if `turned`; the last `ahead` have `mark` in place of a value.
std::string hours(int count, int ahead, const std::string& mark, bool turned) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const int row = turned ? count - 1 - i : i;
    const std::string time = day(row / 24) + " " + (row % 24 < 10 ? "0" : "") + std::to_string(row % 24) + ":00";
    text += time + "," + number(wave(row + 3)) + "," + (row < count - ahead ? number(wave(row)) : mark) + "\n";
  }
  return text;
}

/// A table with a column for each of 60 years.
std::string across(const std::function<std::string(int)>& heading, const std::function<std::string(int, int)>& cell) {
  std::string text = "name,code";
  for (int i = 0; i < 60; ++i) text += "," + heading(i);
  for (int row = 0; row < 8; ++row) {
    text += "\ncountry " + std::to_string(row) + ",C" + std::to_string(row);
    for (int i = 0; i < 60; ++i) text += "," + cell(row, i);
  }
  return text + "\n";
}

}  // namespace

TEST_CASE_FIXTURE(GuessedSeries, "rows after the last target are found by words, by numbers that mean missing, and from new to old") {
  const std::string heading = "time,forecast,actual\n", known = "known_future = [\"forecast\"] ";
  CHECK(contains(runs(heading + hours(400, 12, "", false)), known));
  CHECK(contains(runs(heading + hours(400, 12, "n.a.", false)), known));
  CHECK(contains(runs(heading + hours(400, 12, "-999", false)), known));
  const std::string turned = runs(heading + hours(400, 12, "", true));
  CHECK(contains(turned, "# known in 12 rows after the last target"));
  CHECK(contains(turned, "order = \"sort\""));
  CHECK_FALSE(contains(turned, "missing ="));
  const std::string again = hours(400, 12, "", false);
  CHECK(contains(runs(heading + again + again.substr(0, again.find('\n') + 1)), known));
}

TEST_CASE_FIXTURE(GuessedSeries, "many series from new to old have columns known ahead and fixed ones") {
  std::string text = "store,date,price,size,kind,sales\n";
  for (const int store : {3, 1, 2}) {
    for (int i = 139; i >= 0; --i)
      text += "s" + std::to_string(store) + "," + day(i) + "," + std::to_string(i % 7) + "," + std::to_string(50 * store) + "," +
              (store == 1 ? "big" : "small") + "," + (i < 133 ? number(wave(i) + store) : "") + "\n";
  }
  const std::string made = runs(text);
  CHECK(contains(made, "known_future = [\"price\"] "));
  CHECK(contains(made, "static = [\"size\", \"kind\"]"));
  CHECK_FALSE(contains(made, "missing ="));
}

TEST_CASE_FIXTURE(GuessedSeries, "a short series and one that begins too late are left out aloud") {
  std::string text = "id,date,y\n";
  const auto add = [&](const std::string& id, int first, int end) {
    for (int i = first; i < end; ++i) text += id + "," + day(i) + "," + number(wave(i)) + "\n";
  };
  add("A", 0, 112), add("B", 0, 5), add("C", 100, 112), add("D", 0, 112);
  const std::string made = runs(text);
  CHECK(contains(made, "short_series = \"drop\""));
  CHECK(contains(pipeline({"new-workflow", "d.csv", "--force"}).out, "  left out: 2 of 4 series: "));
  text = "id,date,y\n";
  add("A", 0, 112), add("D", 0, 112);
  CHECK_FALSE(contains(runs(text), "short_series"));
}

TEST_CASE_FIXTURE(GuessedSeries, "gaps and missing cells everywhere leave room for windows") {
  std::string gaps = "id,date,y\n", cells = gaps;
  for (const std::string id : {"A", "B"}) {
    for (int i = 0; i < 27; ++i) {
      for (int d = 0; d < 8; ++d) gaps += id + "," + day(9 * i + d) + "," + number(wave(9 * i + d)) + "\n";
    }
    for (int i = 0; i < 224; ++i) cells += id + "," + day(i) + "," + (i % 9 == 5 ? "" : number(wave(i))) + "\n";
  }
  CHECK(contains(runs(gaps), "gaps = \"allow\" "));
  CHECK(contains(runs(cells), "missing = \"forward_fill\" "));
}

TEST_CASE_FIXTURE(GuessedSeries, "a table with dates across has marks for missing values, and years from new to old") {
  const auto year = [](int i) { return std::to_string(1960 + i); };
  const auto value = [](int row, int i) { return number(100 + row + wave(i)); };
  CHECK_FALSE(contains(runs(across(year, value)), "missing"));
  const std::string words = runs(across(year, [&](int row, int i) { return i % 20 == 7 ? ".." : value(row, i); }));
  CHECK(contains(words, "na_values = [\"..\"] "));
  CHECK(contains(words, "# 24 cells are missing"));
  const std::string numbers = runs(across(year, [&](int row, int i) { return i % 20 == 7 ? "-999" : value(row, i); }));
  CHECK(contains(numbers, "na_values = [-999.0] "));
  const std::string once = runs(across(year, [&](int row, int i) { return row == 3 && i == 30 ? "-999" : value(row, i); }));
  CHECK(contains(once, "na_values = [-999.0] "));
  const std::string negative = runs(across(year, [&](int row, int i) { return number(wave(i + row) - 10); }));
  CHECK_FALSE(contains(negative, "na_values"));
  CHECK(contains(runs(across(year, [&](int row, int i) { return i == 30 ? "" : value(row, i); })), "missing = "));
  CHECK(contains(runs(across([](int i) { return std::to_string(2019 - i); }, value)), "layout = \"dates_across\""));
  const std::string twice = runs(across([&](int i) { return year(i) + " [YR" + year(i) + "]"; }, value));
  CHECK(contains(twice, "time_format = \"%Y [YR%Y]\""));
}
