#include "audit/window_checks.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "pipeline/data/files.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

/// Windows of 5 rows, 2 ahead, over thirty rows: 20 of training, 5 of validation, 5 of test.
class ThirtyRows {
 public:
  ThirtyRows() {
    SeriesInfo info;
    info.features = info.targets = {"y"};
    info.columns = {{.name = "y"}};
    info.target_columns = {0};
    info.frequency = "none";
    info.segments = {{0, 30}};
    info.split_end = {20, 25, 30};
    info.source = Value::Map{};
    const std::vector<float> values(30);
    const std::vector<double> targets(30);
    const std::vector<std::int64_t> time(30);
    std::filesystem::create_directory(folder_.path() / "series");
    std::filesystem::create_directory(folder_.path() / "windows");
    write_series(folder_.path() / "series", {.info = info, .values = values, .time = time, .targets = targets, .observed = {}});
  }
  [[nodiscard]] Finding check(std::vector<WindowRange> ranges) const {
    WindowsInfo info{.window = 5, .horizon = 2, .series = "../series", .feature_file = {}, .target_file = {}, .ranges = std::move(ranges)};
    write_json(folder_.path() / "windows" / "windows.json", info.to_value());
    return check_targets(*Windows::open(folder_.path() / "windows"));
  }

 private:
  TempFolder folder_;
};

constexpr WindowRange train{.segment = 0, .split = Split::train, .first = 0, .count = 14};
constexpr WindowRange val{.segment = 0, .split = Split::val, .first = 15, .count = 4};
constexpr WindowRange test{.segment = 0, .split = Split::test, .first = 20, .count = 4};

}  // namespace

TEST_CASE("windows whose targets lie in their split are counted") {
  const Finding found = ThirtyRows().check({train, val, test});
  CHECK(found.level == Finding::Level::ok);
  CHECK(found.text == "no row is a target of two splits; windows: train 14, val 4, test 4");
}

TEST_CASE("a target beyond the rows of its split is found") {
  const ThirtyRows rows;
  WindowRange longer = train, earlier = test;
  ++longer.count;  // its last target is the first row of validation
  CHECK(rows.check({longer, val, test}).level == Finding::Level::fail);
  earlier.first = 19;  // its first target is the last row of validation
  const Finding found = rows.check({train, val, earlier});
  CHECK(found.level == Finding::Level::fail);
  CHECK(found.text == "targets of test windows lie outside its rows: another split trains or is measured on them too");
}
