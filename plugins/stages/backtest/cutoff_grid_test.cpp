#include "cutoff_grid.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "fold_plan.h"
#include "pipeline/data/slicing.h"
#include "pipeline/testing/recording_log.h"
#include "pipeline/testing/temp_folder.h"

using namespace pipeline;
using namespace pipeline::stage::backtest;

namespace {

/// A hundred rows of one column: 60 of training, 20 of validation, 15 of test, 5 unused; windows of 4 rows that forecast 3.
struct HundredRows {
  HundredRows() {
    SeriesInfo info;
    info.features = info.targets = {"y"};
    info.columns = {{.name = "y"}};
    info.target_columns = {0};
    info.frequency = "none";
    info.segments = {{0, 100}};
    info.split_end = {60, 80, 95};
    info.source = Value::Map{};
    std::vector<float> values(100, 1.0F);
    std::vector<double> targets(100, 1.0);
    std::vector<std::int64_t> time;
    for (std::int64_t row = 0; row < 100; ++row) time.push_back(row);
    const auto series_folder = folder.path() / "series", windows_folder = folder.path() / "windows";
    std::filesystem::create_directory(series_folder);
    std::filesystem::create_directory(windows_folder);
    write_series(series_folder, {.info = info, .values = values, .time = time, .targets = targets, .observed = {}});
    testing::RecordingLog log;
    static_cast<void>(slice_series({.window = 4, .horizon = 3}, series_folder, "../series", windows_folder, log));
    windows = Windows::open(windows_folder);
  }
  [[nodiscard]] const Series& series() const { return *windows->series(); }
  [[nodiscard]] std::vector<Fold> folds(const BacktestOptions& options) const {
    const CutoffGrid grid(series(), *windows, options);
    return plan_folds(options, grid, *windows, {.series = "preprocess", .measures = "evaluate"}, "/folds");
  }

  testing::TempFolder folder;
  std::shared_ptr<const Windows> windows;
};

}  // namespace

TEST_CASE("cutoffs are counted back from the end of the test, a horizon before it, and each step apart") {
  const HundredRows rows;
  const CutoffGrid grid(rows.series(), *rows.windows, {.n_windows = 4});
  CHECK(grid.row(0, 3) == 91);  // forecasts 92, 93 and 94
  CHECK(grid.row(0, 0) == 82);
  CHECK(grid.number(0, 91) == 3);
  CHECK(grid.number(0, 82) == 0);
  CHECK_FALSE(grid.number(0, 83));
  CHECK_FALSE(grid.number(0, 79));
  CHECK_FALSE(grid.number(0, 94));
  CHECK(grid.unused(0) == 5);
  CHECK(grid.time_of(3) == "91");
  CHECK(grid.before_test(0) == 0);
  CHECK(grid.before_test(4) == 1);  // the first forecast of cutoff 0 is row 83, of cutoff 1 row 86
  CHECK(CutoffGrid(rows.series(), *rows.windows, {.n_windows = 7}).before_test(0) == 2);
  CHECK_FALSE(CutoffGrid(rows.series(), *rows.windows, {.n_windows = 40}).row(0, 0));
}

TEST_CASE("a fold ends with its horizon, and its splits come before it") {
  const HundredRows rows;
  const std::vector<Fold> folds = rows.folds({.n_windows = 3, .step_size = 5, .gap = 2});
  REQUIRE(folds.size() == 3);
  CHECK(folds[0].name == "the cutoff 81");
  CHECK(Value(folds[0].run.options.at("preprocess")) == Value(Value::Map{{"leave_out_last", 15}}));
  CHECK(Value(folds[2].run.options.at("preprocess")) == Value(Value::Map{{"leave_out_last", 5}}));
  CHECK(folds[0].run.split == Value(Value::Map{{"val", 20}, {"test", 5}}));  // the gap is of no window that is measured
  CHECK(folds[0].run.options.at("evaluate").at("most_origins") == Value(1));
  CHECK(folds[0].run.folder == "/folds/fold_15");
  CHECK(folds[0].run.sources.empty());
}

TEST_CASE("a fit that serves several cutoffs has them all in its test, and the last fit the rest") {
  const HundredRows rows;
  const std::vector<Fold> folds =
      rows.folds({.n_windows = 5, .step_size = 2, .val = 9, .refit = 2, .expanding = false, .select = {"train"}});
  REQUIRE(folds.size() == 3);
  CHECK(folds[0].run.split == Value(Value::Map{{"val", 9}, {"test", 5}}));
  CHECK(Value(folds[0].run.options.at("preprocess")) == Value(Value::Map{{"leave_out_first", 0}, {"leave_out_last", 11}}));
  CHECK(Value(folds[1].run.options.at("preprocess")) == Value(Value::Map{{"leave_out_first", 4}, {"leave_out_last", 7}}));
  CHECK(folds[2].count == 1);
  CHECK(folds[2].run.split == Value(Value::Map{{"val", 9}, {"test", 3}}));
  CHECK(Value(folds[2].run.options.at("preprocess")) == Value(Value::Map{{"leave_out_first", 8}, {"leave_out_last", 5}}));
  CHECK(folds[2].run.sources.at("evaluate") == std::vector<std::string>{"train"});
}

TEST_CASE("an inner run is plain data") {
  const HundredRows rows;
  const InnerRun run = rows.folds({.n_windows = 1, .select = {"train"}}).front().run;
  const InnerRun back = InnerRun::from_value(from_json(to_json(run.to_value()), "a task"));
  CHECK(back.folder == run.folder);
  CHECK(back.stages == run.stages);
  CHECK(back.split == run.split);
  const bool same_options = back.options == run.options;  // torch would print a map, and cannot print a Value
  CHECK(same_options);
  CHECK(back.sources == run.sources);
}
