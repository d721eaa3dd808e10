#include "pipeline/data/prepare.h"

#include <doctest/doctest.h>

#include <array>

#include "unit/data/prepare_fixture.h"

namespace pipeline {
namespace {

using namespace test;

TEST_CASE("missing values are an error by default, with line and column") {
  const test::TempFolder folder;
  auto rows = counting(10);
  rows[4].second = nan_value;
  CHECK(error_of([&] { prepare(folder, options_for(folder.file("m.csv", csv(rows)))); }, folder.path()) ==
        "4: m.csv:6: column \"b\" has no value; write missing = \"drop\", \"forward_fill\" or \"interpolate\"");
}

TEST_CASE("drop removes rows and ends segments there") {
  const test::TempFolder folder;
  auto rows = counting(10);
  rows[0].first = rows[4].second = rows[5].first = nan_value;
  PrepareOptions options = options_for(folder.file("m.csv", csv(rows)));
  options.missing = "drop";
  const auto [series, log] = prepare(folder, options);
  CHECK(column(*series, 0) == std::vector<double>{1, 2, 3, 6, 7, 8, 9});
  CHECK(std::vector<std::int64_t>(series->time().begin(), series->time().end()) == std::vector<std::int64_t>{1, 2, 3, 6, 7, 8, 9});
  REQUIRE(series->info().segments.size() == 2);
  CHECK(series->info().segments[1].first == 3);
  CHECK(series->info().segments[1].count == 4);
  CHECK(series->info().split_end == std::array<std::int64_t, 3>{4, 5, 7});
  CHECK(log.says("missing values: a 2, b 1; their rows are dropped, which leaves 7 rows in 2 segments"));
}

TEST_CASE("forward_fill repeats the value before and marks it as filled") {
  const test::TempFolder folder;
  auto rows = counting(10);
  rows[2].second = rows[3].second = rows[9].second = nan_value;
  PrepareOptions options = options_for(folder.file("m.csv", csv(rows)));
  options.missing = "forward_fill";
  const auto [series, log] = prepare(folder, options);
  CHECK(column(*series, 1) == std::vector<double>{0, 10, 10, 10, 40, 50, 60, 70, 80, 80});
  CHECK(observed(*series, 1) == std::vector<int>{1, 1, 0, 0, 1, 1, 1, 1, 1, 0});
  CHECK(observed(*series, 0) == std::vector<int>(10, 1));
  CHECK(series->targets()[3] == 10);
  CHECK(log.says("missing values: b 3; filled with the value before"));
}

TEST_CASE("interpolate draws lines within a split and says that it looks ahead") {
  const test::TempFolder folder;
  auto rows = counting(10);  // train 0-5, val 6-7, test 8-9
  rows[2].second = rows[3].second = nan_value;
  rows[5].second = nan_value;  // runs to the border of the split: row 6 must not be used
  rows[7].second = nan_value;
  PrepareOptions options = options_for(folder.file("m.csv", csv(rows)));
  options.missing = "interpolate";
  const auto [series, log] = prepare(folder, options);
  CHECK(column(*series, 1) == std::vector<double>{0, 10, 20, 30, 40, 40, 60, 60, 80, 90});
  CHECK(observed(*series, 1) == std::vector<int>{1, 1, 0, 0, 1, 0, 1, 0, 1, 1});
  CHECK(log.says("looks ahead"));
}

TEST_CASE("filling needs a value before the gap, in the same split") {
  const test::TempFolder folder;
  auto rows = counting(10);
  rows[0].second = rows[1].second = nan_value;
  PrepareOptions options = options_for(folder.file("m.csv", csv(rows)));
  options.missing = "forward_fill";
  CHECK(error_of([&] { prepare(folder, options); }, folder.path()) ==
        "4: m.csv:2: column \"b\" has no value in the first 2 rows; its first good row is m.csv:4 (row 2): let the file begin there, or "
        "write "
        "missing = \"drop\"");
  rows = counting(10);
  rows[5].second = rows[6].second = nan_value;
  options.source = {folder.file("border.csv", csv(rows)).string()};
  CHECK(error_of([&] { prepare(folder, options); }, folder.path()) ==
        "4: border.csv:8: column \"b\" has no value at the start of the val split (row 6), and filling never crosses a border; its first "
        "good row is "
        "border.csv:9 (row 7): move the split, or write missing = \"drop\"");
}

TEST_CASE("filling does not cross a gap in time") {
  const test::TempFolder folder;
  std::string text = "t,a,b\n";
  for (int hour : {0, 1, 2, 3, 4, 9, 10, 11, 12, 13}) {
    text += "2020-01-01 " + std::to_string(hour) + ":00,1," + (hour == 4 || hour == 10 ? "" : std::to_string(hour)) + "\n";
  }
  PrepareOptions options = options_for(folder.file("g.csv", text));
  options.time_column = {"t"};
  options.gaps = "split";
  options.missing = "interpolate";
  CHECK(column(*prepare(folder, options, Value::List{8, 1, 1}).series, 1) == std::vector<double>{0, 1, 2, 3, 3, 9, 10, 11, 12, 13});
}

}  // namespace
}  // namespace pipeline
