#include <doctest/doctest.h>
#include <algorithm>
#include <array>
#include <filesystem>
#include <numeric>
#include <vector>

#include "data/npy.h"
#include "data/split.h"
#include "pipeline/data/files.h"
#include "pipeline/data/slicing.h"
#include "unit/data/data_test.h"
#include "unit/data/prepare_fixture.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

using Rows = std::vector<std::int64_t>;

/// What a window holds.
struct Window {
  std::int64_t first = 0;
  std::vector<float> x{}, history{}, mask{}, y{};
  std::vector<std::int64_t> codes{};
  friend bool operator==(const Window&, const Window&) = default;
};

/// Columns a (a feature), w (words) and c (the target): the cell in row r of column k is 100 r + k + 1, the code of w is 1 + r % 2.
float cell(std::int64_t row, int column) {
  return column == 1 ? static_cast<float>(1 + row % 2) : static_cast<float>(100 * row + column + 1);
}

void write_rows(const std::filesystem::path& folder, std::int64_t rows, std::array<std::int64_t, 3> split_end,
                std::vector<Segment> segments) {
  SeriesInfo info;
  info.features = {"a", "w"};
  info.targets = {"c"};
  info.columns = {{.name = "a"}, {.name = "w"}, {.name = "c"}};
  info.words = {{"w", {"even", "odd"}}};
  info.target_columns = {2};
  info.segments = std::move(segments);
  info.split_end = split_end;
  std::vector<float> values;
  std::vector<double> targets;
  Rows time(static_cast<std::size_t>(rows));
  std::iota(time.begin(), time.end(), std::int64_t{0});
  for (std::int64_t r = 0; r < rows; ++r) {
    for (int c = 0; c < 3; ++c) values.push_back(cell(r, c));
    targets.push_back(static_cast<double>(cell(r, 2)));
  }
  write_series(folder, {.info = info, .values = values, .time = time, .targets = targets, .observed = {}});
}

/// The padded windows of a split, row by row: every row of a segment may be an origin that has `least` rows of its segment up to it, and
/// its horizon within segment and split.
std::vector<Window> by_hand(const std::vector<Segment>& segments, std::int64_t begin, std::int64_t end, std::int64_t window,
                            std::int64_t horizon, std::int64_t least) {
  std::vector<Window> out;
  for (const Segment& segment : segments) {
    const std::int64_t after = segment.first + segment.count;
    for (std::int64_t origin = segment.first; origin < after; ++origin) {
      const bool has_rows = origin - segment.first + 1 >= least, fits = origin + horizon < after;
      if (!has_rows || !fits || origin + 1 < begin || origin + horizon >= end) continue;
      Window w{.first = origin - window + 1};
      for (std::int64_t row = w.first; row <= origin; ++row) {
        const bool there = row >= segment.first;
        w.x.push_back(there ? cell(row, 0) : 0);
        w.codes.push_back(there ? static_cast<std::int64_t>(cell(row, 1)) : 0);
        w.history.push_back(there ? cell(row, 2) : 0);
        w.mask.push_back(there ? 1 : 0);
      }
      for (std::int64_t step = 1; step <= horizon; ++step) w.y.push_back(cell(origin + step, 2));
      out.push_back(std::move(w));
    }
  }
  return out;
}

std::vector<Window> gathered(const Windows& windows, Split split) {
  const auto window = static_cast<std::size_t>(windows.info().window), horizon = static_cast<std::size_t>(windows.info().horizon);
  std::vector<Window> out;
  for (std::int64_t i = 0; i < windows.count(split); ++i) {
    Window w{.first = windows.first_row(split, i)};
    // Garbage: what padding leaves out must be written too.
    w.x.assign(window, 7), w.history.assign(window, 7), w.mask.assign(window, 7), w.y.assign(horizon, 7), w.codes.assign(window, 7);
    windows.gather(
        split, std::array{i},
        {.x = w.x.data(), .history = w.history.data(), .y = w.y.data(), .past_codes = w.codes.data(), .past_mask = w.mask.data()});
    CHECK(windows.origin(split, i) == w.first + static_cast<std::int64_t>(window) - 1);
    out.push_back(std::move(w));
  }
  return out;
}

std::shared_ptr<const Windows> slice(const TempFolder& folder, const SliceOptions& options, TextLog& log) {
  slice_series(options, folder.path() / "preprocess", "../preprocess", folder.folder("slice_windows"), log);
  return Windows::open(folder.path() / "slice_windows");
}

const std::string five_and_twenty = [] {
  std::string text = "id,y\n";
  for (int row = 0; row < 20; ++row) text += "long," + std::to_string(100 + row) + "\n";
  for (int row = 0; row < 5; ++row) text += "short," + std::to_string(500 + row) + "\n";
  return text;
}();

PrepareOptions two_series(const TempFolder& folder) {
  PrepareOptions options;
  options.source = {folder.file("p.csv", five_and_twenty).string()};
  options.series_column = {"id"};
  options.features = options.target = {"y"};
  options.scaler = Scaler::none;
  return options;
}

const Value tails = Value::Map{{"val", 1}, {"test", 1}};

}  // namespace

TEST_CASE("padded windows are those that a count by hand finds, with zeros and a mask") {
  const TempFolder folder;
  const std::vector<Segment> segments{{0, 7}, {7, 1}, {8, 16}};
  write_rows(folder.folder("preprocess"), 24, {14, 19, 23}, segments);
  for (const std::int64_t least : {1, 2, 4}) {
    CAPTURE(least);
    TextLog log;
    const auto windows = slice(folder, {.window = 4, .horizon = 2, .padding = Padding::left, .min_observed = least}, log);
    CHECK(windows->source().shape().padded);
    CHECK(gathered(*windows, Split::train) == by_hand(segments, 0, 14, 4, 2, least));
    CHECK(gathered(*windows, Split::val) == by_hand(segments, 14, 19, 4, 2, least));
    CHECK(gathered(*windows, Split::test) == by_hand(segments, 19, 23, 4, 2, least));
    CHECK(windows->count(Split::train) > 0);
  }
}

TEST_CASE("a window that begins before its series reads no row of the series before it") {
  const TempFolder folder;
  static_cast<void>(prepare(folder, two_series(folder), tails));
  TextLog log;
  const auto windows = slice(folder, {.window = 12, .horizon = 1, .padding = Padding::left}, log);
  CHECK(log.says("train: 19 windows of 2 of 2 series, 13 of them padded, targets row 1 to row 17"));  // 17 and 2; 11 and 2 begin before
  CHECK(log.says("val: 2 windows of 2 of 2 series, 1 of them padded"));
  CHECK(windows->first_row(Split::train, 0) == -11);
  const std::int64_t last = windows->count(Split::train) - 1;
  CHECK(windows->origin(Split::train, last) == 21);
  std::vector<float> x(12), mask(12), y(1);
  std::vector<std::int64_t> series(1);
  windows->gather(Split::train, std::array{last}, {.x = x.data(), .y = y.data(), .series = series.data(), .past_mask = mask.data()});
  CHECK(x == std::vector<float>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 500, 501});
  CHECK(mask == std::vector<float>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1});
  CHECK(y == std::vector<float>{502});
  CHECK(series == Rows{1});
}

TEST_CASE("stride counts from the first padded window, and export writes the zeros") {
  const TempFolder folder;
  write_rows(folder.folder("preprocess"), 20, {12, 16, 20}, {{0, 20}});
  TextLog log;
  const auto windows =
      slice(folder, {.window = 5, .horizon = 1, .stride = 3, .padding = Padding::left, .min_observed = 2, .export_arrays = true}, log);
  CHECK(windows->first_row(Split::train, 0) == -3);
  CHECK(windows->first_row(Split::train, 1) == 0);
  CHECK(log.says("train: 4 windows, 1 of them padded"));
  const NpyFile x(folder.path() / "slice_windows" / "X.npy");
  const std::int64_t n = windows->count(Split::train) + windows->count(Split::val) + windows->count(Split::test);
  const auto inputs = x.as<float>("<f4", std::array<std::int64_t, 3>{n, 5, 1});
  CHECK(std::vector<float>(inputs.begin(), inputs.begin() + 5) == std::vector<float>{0, 0, 0, 1, 101});
}

TEST_CASE("windows.json tells of padding where there is some") {
  const TempFolder folder;
  write_rows(folder.folder("preprocess"), 20, {12, 16, 20}, {{0, 20}});
  TextLog log;
  CHECK_FALSE(slice(folder, {.window = 5}, log)->info().to_value().find("padding"));
  const auto padded = slice(folder, {.window = 5, .padding = Padding::left, .min_observed = 3}, log);
  CHECK(read_json(folder.path() / "slice_windows" / "windows.json").at("padding") == Value("left"));
  CHECK(padded->info().min_observed == 3);
  CHECK(padded->info().least_rows() == 3);
}

TEST_CASE("mistakes about padding") {
  const TempFolder folder;
  write_rows(folder.folder("preprocess"), 20, {12, 16, 20}, {{0, 20}});
  TextLog log;
  const auto error = [&](const SliceOptions& options) { return error_of([&] { static_cast<void>(slice(folder, options, log)); }); };
  CHECK(error({.window = 5, .padding = Padding::left, .min_observed = 6}) ==
        "2: min_observed = 6 is more than the 5 rows of a window: write at most window");
  CHECK(error({.window = 5, .horizon = 4, .padding = Padding::left, .min_observed = 5}).empty());
  CHECK(contains(error({.window = 5, .horizon = 5, .padding = Padding::left, .min_observed = 2}),
                 "no window fits into the val split: it has 4 rows, fewer than horizon = 5; write a smaller horizon, or change split"));
  SliceOptions elsewhere{.padding = Padding::left, .feature_path = "X.npy", .target_path = "y.npy"};
  CHECK(
      error_of([&] { static_cast<void>(slice_arrays(elsewhere, Value(), folder.path(), log)); }) ==
      "2: padding = \"left\" adds to the rows of a series, and windows made elsewhere have none: leave it out, or pad them where they are "
      "made");
}

TEST_CASE("rows for calibration lie between those of val and test") {
  const TempFolder folder;
  const Value split = Value::Map{{"val", 2}, {"test", 3}, {"calibration", 4}};
  const Prepared done = prepare(folder, two_series(folder), Value::Map{{"val", 1}, {"test", 1}, {"calibration", 2}});
  CHECK(done.log.says("val: 2 rows of 2 series, row 1 to row 16\ncalibration: 4 rows of 2 series, row 2 to row 18\ntest: 2 rows"));
  const auto rows = [&](std::int64_t series, Split of) {
    const Segment found = done.series->rows_of(series, of);
    return Rows{found.first, found.count};
  };
  CHECK(rows(0, Split::train) == Rows{0, 16});
  CHECK(rows(0, Split::val) == Rows{16, 1});
  CHECK(rows(0, Split::calibration) == Rows{17, 2});
  CHECK(rows(0, Split::test) == Rows{19, 1});
  CHECK(rows(1, Split::calibration) == Rows{22, 2});
  CHECK(done.series->split_end(1) == std::array<std::int64_t, 3>{21, 22, 25});
  CHECK(NpyFile(folder.path() / "preprocess" / "split_end.npy").header().shape_text() == "[2, 4]");

  TextLog log;
  const auto windows = slice(folder, {.window = 1, .horizon = 1}, log);
  CHECK(windows->count(Split::calibration) == 4);
  CHECK(windows->count(Split::val) == 2);
  CHECK(windows->origin(Split::calibration, 0) == 16);
  CHECK(log.says(
      "val: 2 windows of 2 of 2 series, targets row 1 to row 16\ncalibration: 4 windows of 2 of 2 series, targets row 2 to row 18"));

  PrepareOptions one = options_for(folder.file("one.csv", csv(counting(20))));
  const Prepared single = prepare(folder, one, split);
  CHECK(single.series->rows_of(0, Split::calibration).first == 13);
  CHECK(single.series->rows_of(0, Split::calibration).count == 4);
  CHECK(read_json(folder.path() / "preprocess" / "columns.json").at("split_end") == Value(Value::List{11, 13, 17, 20}));
  const auto of_one = slice(folder, {.window = 2, .horizon = 2}, log);
  CHECK(of_one->count(Split::calibration) == 3);
  CHECK(of_one->count(Split::test) == 2);
}

TEST_CASE("without calibration nothing tells of it") {
  const TempFolder folder;
  const Prepared done = prepare(folder, two_series(folder), tails);
  CHECK(NpyFile(folder.path() / "preprocess" / "split_end.npy").header().shape_text() == "[2, 3]");
  CHECK_FALSE(done.log.says("calibration"));
  CHECK(done.series->rows_of(0, Split::calibration).count == 0);
  TextLog log;
  CHECK(slice(folder, {.window = 1, .horizon = 1}, log)->count(Split::calibration) == 0);
  CHECK_FALSE(log.says("calibration"));
}

TEST_CASE("mistakes about calibration") {
  const auto mistake = [](const Value& split) { return error_of([&] { static_cast<void>(SplitRule::parse(split)); }); };
  CHECK(mistake(Value::Map{{"val", 1}, {"test", 1}, {"calibration", -1}}) ==
        "2: split: val, test and calibration are counts of rows, none of them below 0");
  CHECK(mistake(Value::Map{{"val", 0.4}, {"test", 0.4}, {"calibration", 0.3}}) ==
        "2: split: val, test and calibration are shares of the rows, and leave none to train on: they add up to 1.100");
  CHECK(contains(mistake(Value::Map{{"val", 1}, {"test", 1}, {"calibrate", 1}}), "2: split takes val and test here: "));
  CHECK(mistake(Value::Map{{"val", 1}, {"test", 1}, {"calibration", Value::Map{{"yearly", 1}}}}).empty());
  const Rows time{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  CHECK(error_of([&] {
          static_cast<void>(split_ends(Value::Map{{"val", 1}, {"test", 1}, {"calibration", 1}}, time));
        }) == "2: split asks for calibration, which series of the stage preprocess alone have: leave calibration out");
}
