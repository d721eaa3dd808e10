#include "pipeline/data/windows.h"

#include <doctest/doctest.h>
#include <array>
#include <limits>
#include <numeric>

#include "data/npy.h"
#include "pipeline/data/files.h"
#include "pipeline/data/slicing.h"
#include "unit/data/data_test.h"

namespace pipeline {
namespace {

using test::contains;
using test::error_of;

/// A series whose cell in row r and column c is 100 r + c: a, b and c, of which the first two are features, and b and c targets.
void write_counting_series(const std::filesystem::path& folder, std::int64_t rows, std::array<std::int64_t, 3> split_end,
                           std::vector<Segment> segments, std::vector<std::uint8_t> observed = {}) {
  SeriesInfo info;
  info.features = {"a", "b"};
  info.targets = {"c", "b"};
  info.columns = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
  info.target_columns = {2, 1};
  info.segments = std::move(segments);
  info.split_end = split_end;
  std::vector<float> values;
  std::vector<double> targets;
  std::vector<std::int64_t> time(static_cast<std::size_t>(rows));
  std::iota(time.begin(), time.end(), std::int64_t{0});
  for (std::int64_t r = 0; r < rows; ++r) {
    for (int c = 0; c < 3; ++c) values.push_back(static_cast<float>(100 * r + c));
    for (int c : {2, 1}) targets.push_back(static_cast<double>(100 * r + c));
  }
  write_series(folder, {.info = info, .values = values, .time = time, .targets = targets, .observed = observed});
}

struct Sliced {
  std::shared_ptr<const Windows> windows;
  test::TextLog log;
};

Sliced slice(const test::TempFolder& folder, const SliceOptions& options) {
  Sliced out;
  slice_series(options, folder.path() / "preprocess", "../preprocess", folder.folder("slice_windows"), out.log);
  out.windows = Windows::open(folder.path() / "slice_windows");
  return out;
}

std::vector<std::int64_t> first_rows(const Windows& windows, Split split) {
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < windows.count(split); ++i) out.push_back(windows.first_row(split, i));
  return out;
}

using Rows = std::vector<std::int64_t>;

TEST_CASE("a window belongs to the split that holds all its targets; its inputs may reach back") {
  const test::TempFolder folder;
  write_counting_series(folder.folder("preprocess"), 12, {6, 9, 11}, {{0, 12}});
  const auto [windows, log] = slice(folder, {.window = 3, .horizon = 2});
  // Targets of the window that begins at row r are rows r + 3 and r + 4.
  CHECK(first_rows(*windows, Split::train) == Rows{0, 1});
  CHECK(first_rows(*windows, Split::val) == Rows{3, 4});
  CHECK(first_rows(*windows, Split::test) == Rows{6});  // row 11 is in no split
  CHECK(log.says(
      "train: 2 windows, targets row 3 to row 5\nval: 2 windows, targets row 6 to row 8\ntest: 1 windows, targets row 9 to row 10"));
  CHECK_THROWS_AS(static_cast<void>(windows->first_row(Split::test, 1)), std::out_of_range);
  CHECK_THROWS_AS(static_cast<void>(windows->first_row(Split::test, -1)), std::out_of_range);
}

TEST_CASE("no window reaches across segments, and stride starts again in each") {
  const test::TempFolder folder;
  write_counting_series(folder.folder("preprocess"), 24, {16, 20, 24}, {{0, 7}, {7, 1}, {8, 16}});
  const auto windows = slice(folder, {.window = 2, .horizon = 1, .stride = 3}).windows;
  CHECK(first_rows(*windows, Split::train) == Rows{0, 3, 8, 11});
  CHECK(first_rows(*windows, Split::val) == Rows{14, 17});
  CHECK(first_rows(*windows, Split::test) == Rows{18, 21});
  CHECK(windows->info().ranges.size() == 4);
}

TEST_CASE("gather copies inputs, the targets' past, targets and weights") {
  const test::TempFolder folder;
  std::vector<std::uint8_t> observed(36, 1);
  observed[3 * 10 + 2] = 0;  // c in row 10
  write_counting_series(folder.folder("preprocess"), 12, {6, 9, 12}, {{0, 12}}, observed);
  const auto windows = slice(folder, {.window = 2, .horizon = 2}).windows;
  CHECK(windows->feature_names() == std::vector<std::string>{"a", "b"});
  CHECK(windows->target_names() == std::vector<std::string>{"c", "b"});
  CHECK(windows->target_columns() == Rows{-1, 1});
  CHECK_FALSE(windows->fully_observed());
  CHECK(windows->has_history());
  std::vector<float> x(8), history(8), y(8), weight(8);
  const std::array<std::int64_t, 2> indices{1, 0};  // rows 8 and 7
  windows->gather(Split::test, indices, {.x = x.data(), .history = history.data(), .y = y.data(), .weight = weight.data()});
  CHECK(x == std::vector<float>{800, 801, 900, 901, 700, 701, 800, 801});
  CHECK(history == std::vector<float>{802, 801, 902, 901, 702, 701, 802, 801});
  CHECK(y == std::vector<float>{1002, 1001, 1102, 1101, 902, 901, 1002, 1001});
  CHECK(weight == std::vector<float>{0, 1, 1, 1, 1, 1, 0, 1});
}

TEST_CASE("a filled value in a column that is no target leaves the targets fully observed") {
  const test::TempFolder folder;
  std::vector<std::uint8_t> observed(36, 1);
  observed[3 * 10] = 0;  // a in row 10
  write_counting_series(folder.folder("preprocess"), 12, {6, 9, 12}, {{0, 12}}, observed);
  CHECK(slice(folder, {.window = 2, .horizon = 2}).windows->fully_observed());
}

TEST_CASE("a split without a window is an error that names window, horizon and rows") {
  const test::TempFolder folder;
  write_counting_series(folder.folder("preprocess"), 12, {6, 9, 12}, {{0, 12}});
  CHECK(error_of([&] { slice(folder, {.window = 3, .horizon = 4}); }) ==
        "4: no window fits into the train split: it has 6 rows where window = 3 and horizon = 4 need 7 in a row, 4 of them in the split; "
        "write a "
        "smaller window or horizon, or change split");
  CHECK(contains(error_of([&] { slice(folder, {.window = 1, .horizon = 4}); }), "the val split: it has 3 rows"));
  write_counting_series(folder.folder("preprocess"), 12, {6, 9, 12}, {{0, 3}, {3, 9}});
  CHECK(contains(error_of([&] { slice(folder, {.window = 4, .horizon = 1}); }), "in pieces of at most 9 rows without a gap"));
}

TEST_CASE("exported arrays hold all windows in order") {
  const test::TempFolder folder;
  write_counting_series(folder.folder("preprocess"), 300, {200, 250, 300}, {{0, 300}});
  const auto windows = slice(folder, {.window = 5, .horizon = 2, .export_arrays = true}).windows;
  const std::int64_t n = windows->count(Split::train) + windows->count(Split::val) + windows->count(Split::test);
  CHECK(n == 194 + 49 + 49);
  const NpyFile x(folder.path() / "slice_windows" / "X.npy"), y(folder.path() / "slice_windows" / "y.npy");
  const auto inputs = x.as<float>("<f4", std::array<std::int64_t, 3>{n, 5, 2});
  const auto targets = y.as<float>("<f4", std::array<std::int64_t, 3>{n, 2, 2});
  CHECK(inputs[193 * 10] == 19300);  // the last of train begins at row 193
  CHECK(inputs[194 * 10] == 19500);  // the first of val
  CHECK(targets.back() == 29901);    // b in the last row
  CHECK(slice(folder, {.window = 5, .horizon = 1, .export_arrays = true}).windows->count(Split::val) == 50);
  CHECK(NpyFile(folder.path() / "slice_windows" / "y.npy").header().shape_text() == "[295, 2]");
}

TEST_CASE("windows.json that does not fit the series is refused") {
  const test::TempFolder folder;
  write_counting_series(folder.folder("preprocess"), 12, {6, 9, 12}, {{0, 12}});
  slice(folder, {.window = 3, .horizon = 2});
  const auto file = folder.path() / "slice_windows" / "windows.json";
  const auto failure = [&] { return error_of([&] { static_cast<void>(Windows::open(file.parent_path())); }); };
  Value info = read_json(file);
  info["ranges"].as_list()[0]["count"] = 9;
  write_json(file, info);
  CHECK(contains(failure(), "a range reaches beyond the rows there are"));
  info["ranges"].as_list()[0]["count"] = std::numeric_limits<std::int64_t>::max();
  info["ranges"].as_list()[0]["stride"] = 2;
  write_json(file, info);
  CHECK(contains(failure(), "a range reaches beyond the rows there are"));
  write_text(file, "{\"window\": 0}");
  CHECK(contains(failure(), "is damaged"));
  std::filesystem::remove(file);
  CHECK(contains(failure(), "windows.json is missing"));
}

/// X [6, 2, 1] counting from 0 and y [6, ...] counting from 100.
void write_arrays(const std::filesystem::path& folder, std::vector<std::int64_t> y_shape) {
  const NpyOutput<float> x(folder / "X.npy", "<f4", std::array<std::int64_t, 3>{6, 2, 1});
  std::iota(x.data().begin(), x.data().end(), 0.0F);
  const NpyOutput<double> y(folder / "y.npy", "<f8", y_shape);
  std::iota(y.data().begin(), y.data().end(), 100.0);
}

TEST_CASE("windows made elsewhere are split by their number") {
  const test::TempFolder folder;
  test::TextLog log;
  write_arrays(folder.path(), {6, 1});
  SliceOptions options{.feature_path = (folder.path() / "X.npy").string(), .target_path = (folder.path() / "y.npy").string()};
  slice_arrays(options, Value::List{0.5, 0.2, 0.3}, folder.path(), log);
  const auto windows = Windows::open(folder.path());
  CHECK(windows->count(Split::train) == 3);
  CHECK(windows->count(Split::val) == 1);
  CHECK(windows->count(Split::test) == 2);
  CHECK(windows->info().window == 2);
  CHECK(windows->info().horizon == 1);
  CHECK(windows->series() == nullptr);
  CHECK_FALSE(windows->has_history());
  CHECK(windows->target_columns() == Rows{-1});
  std::vector<float> x(4), y(2), weight(2);
  windows->gather(Split::test, std::array<std::int64_t, 2>{0, 1}, {.x = x.data(), .y = y.data(), .weight = weight.data()});
  CHECK(x == std::vector<float>{8, 9, 10, 11});
  CHECK(y == std::vector<float>{104, 105});
  CHECK(weight == std::vector<float>{1, 1});

  write_arrays(folder.path(), {6, 3, 1});
  CHECK(contains(error_of([&] { static_cast<void>(Windows::open(folder.path())); }), "has changed its shape"));
  slice_arrays(options, Value::List{4, 1, 1}, folder.path(), log);
  CHECK(Windows::open(folder.path())->info().horizon == 3);
}

TEST_CASE("window_norm is a word in windows.json, and an unknown one means that the file is damaged") {
  Value written =
      WindowsInfo{.window_norm = WindowNorm::standard, .series = "s", .feature_file = {}, .target_file = {}, .ranges = {}}.to_value();
  CHECK(written.at("window_norm") == Value("standard"));
  CHECK(WindowsInfo::from_value(written).window_norm == WindowNorm::standard);
  written["window_norm"] = "lst";
  const test::TempFolder folder;
  write_json(folder.path() / "windows.json", written);
  CHECK(error_of([&] { static_cast<void>(Windows::open(folder.path())); }, folder.path()) ==
        "4: windows.json is damaged: window_norm takes one of none, last, standard, mean_abs, got \"lst\"; did you mean \"last\"?; run the "
        "stage that "
        "writes it again (--from " +
            folder.path().filename().string() + " --force)");
}

TEST_CASE("windows made elsewhere that don't fit are refused with the cure") {
  const test::TempFolder folder;
  test::TextLog log;
  write_arrays(folder.path(), {6, 1});
  const SliceOptions good{.feature_path = (folder.path() / "X.npy").string(), .target_path = (folder.path() / "y.npy").string()};
  const Value split = Value::List{4, 1, 1};
  const auto failure = [&](const std::function<void(SliceOptions&)>& change, const Value& by) {
    SliceOptions options = good;
    change(options);
    return error_of([&] { slice_arrays(options, by, folder.path(), log); }, folder.path());
  };
  CHECK(contains(failure([](auto& o) { o.window_norm = WindowNorm::last; }, split), "2: window_norm = \"last\" needs the targets' past"));
  CHECK(contains(failure([](auto& o) { o.window = 7; }, split), "4: window = 7 where the windows in X.npy and y.npy have 2"));
  CHECK(contains(failure([](auto& o) { o.horizon = 7; }, split), "4: horizon = 7 where"));
  CHECK(contains(failure([](auto&) {}, Value::List{"2020-01-01", "2020-01-02"}), "2: split names times"));
  CHECK(contains(failure([](auto&) {}, Value::List{6, 1, 1}), "4: split asks for 8 windows where there are 6"));
  CHECK(contains(failure(
                     [&](auto& o) {
                       o.target_path = o.feature_path;
                       o.feature_path = (folder.path() / "y.npy").string();
                     },
                     split),
                 "y.npy has the shape [6, 1] where [N, window, features] is expected"));
  write_arrays(folder.path(), {5, 1});
  CHECK(contains(failure([](auto&) {}, split), "X.npy [6, 2, 1] and y.npy [5, 1] don't hold the same number of windows"));
}

TEST_CASE("a number in arrays that a model cannot be trained on is an error with its place") {
  const test::TempFolder folder;
  test::TextLog log;
  const SliceOptions options{.feature_path = (folder.path() / "X.npy").string(), .target_path = (folder.path() / "y.npy").string()};
  const auto failure = [&](float of_x, double of_y) {
    {
      const NpyOutput<float> x(folder.path() / "X.npy", "<f4", std::array<std::int64_t, 3>{6, 2, 1});
      const NpyOutput<double> y(folder.path() / "y.npy", "<f8", std::array<std::int64_t, 2>{6, 1});
      x.data()[5] = of_x;
      y.data()[3] = of_y;
    }
    return error_of([&] { slice_arrays(options, Value::List{4, 1, 1}, folder.path(), log); }, folder.path());
  };
  CHECK(failure(1e15F, -1e15) == "");
  CHECK(failure(std::numeric_limits<float>::quiet_NaN(), 0) ==
        "4: X.npy: the number at [2, 1, 0] is nan: a model can be trained on finite numbers up to 1e15 only; correct it, or leave that "
        "window out");
  CHECK(contains(failure(0, -1e300), "4: y.npy: the number at [3, 0, 0] is -inf: a model"));
}

/// Repeats the last value of each window over the horizon; mean squared and absolute error on scaled values.
std::pair<double, double> naive_errors(const Windows& windows, Split split) {
  const auto w = static_cast<std::size_t>(windows.info().window), h = static_cast<std::size_t>(windows.info().horizon),
             t = windows.target_names().size();
  std::vector<float> history(w * t), y(h * t);
  double squares = 0, sizes = 0;
  for (std::int64_t i = 0; i < windows.count(split); ++i) {
    windows.gather(split, std::array{i}, {.history = history.data(), .y = y.data()});
    for (std::size_t k = 0; k < h * t; ++k) {
      const double error = static_cast<double>(y[k]) - static_cast<double>(history[(w - 1) * t + k % t]);
      squares += error * error, sizes += std::abs(error);
    }
  }
  const double count = static_cast<double>(windows.count(split)) * static_cast<double>(h * t);
  return {squares / count, sizes / count};
}

TEST_CASE("ETTh1, 336 rows to 96, gives the literature's error of repeating the last value") {
  const std::filesystem::path source = std::filesystem::path(SOURCE_DIR) / "pipelines/data/etth1/ETTh1.csv";
  REQUIRE_MESSAGE(std::filesystem::exists(source), "pipelines/data/etth1/ETTh1.csv ships with the project");
  const test::TempFolder folder;
  test::TextLog log;
  PrepareOptions prepare;
  prepare.source = {source.string()};
  prepare.time_column = {"date"};
  prepare.features = prepare.target = {"HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"};
  prepare_series(prepare, Value::List{8640, 2880, 2880}, folder.folder("preprocess"), log);
  CHECK(log.says("17,420 rows x 7 columns"));
  CHECK(log.says("step 1h, 0 gaps"));
  const auto windows = slice(folder, {.window = 336, .horizon = 96}).windows;
  CHECK(windows->count(Split::train) == 8209);
  CHECK(windows->count(Split::test) == 2785);
  CHECK(windows->fully_observed());
  const auto [mse, mae] = naive_errors(*windows, Split::test);
  CHECK(std::abs(mse - 1.2944) < 1e-4);
  CHECK(std::abs(mae - 0.7132) < 1e-4);
}

}  // namespace
}  // namespace pipeline
