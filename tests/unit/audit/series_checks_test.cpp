#include "audit/series_checks.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/temp_folder.h"

using namespace pipeline;

namespace {

using Level = Finding::Level;

/// A hundred rows of a target and a column known ahead: 60 of training, 20 of validation, 20 of test.
struct HundredRows {
  SeriesInfo info;
  std::vector<float> values = std::vector<float>(200);
  std::vector<double> targets = std::vector<double>(100);
  std::vector<std::uint8_t> observed = std::vector<std::uint8_t>(200, 1);

  explicit HundredRows(
      const std::function<double(int)>& target, const std::function<double(int)>& known = [](int row) { return row % 5; }) {
    info.features = info.targets = {"y"};
    info.known_future = {"promo"};
    info.columns = {{.name = "y", .scaler = "none"}, {.name = "promo", .scaler = "none"}};
    info.target_columns = {0};
    info.frequency = "1h";
    info.has_time = true;
    info.segments = {{0, 100}};
    info.split_end = {60, 80, 100};
    info.source = Value::Map{};
    for (int row = 0; row < 100; ++row) {
      const auto at = static_cast<std::size_t>(row);
      targets[at] = target(row);
      values[2 * at] = static_cast<float>(target(row));
      values[2 * at + 1] = static_cast<float>(known(row));
    }
  }

  [[nodiscard]] std::shared_ptr<const Series> write() const {
    std::vector<std::int64_t> time;
    for (std::int64_t row = 0; row < 100; ++row) time.push_back(row * 3'600'000'000'000);
    write_series(folder->path(), {.info = info, .values = values, .time = time, .targets = targets, .observed = observed});
    return Series::open(folder->path());
  }

  std::shared_ptr<TempFolder> folder = std::make_shared<TempFolder>();
};

double wave(int row) { return std::sin(row * 0.7) + 0.05 * row; }

/// The wave, standardised by mean and deviation of the first rows.
HundredRows standardised(int fitted_rows, const char* scaler = "standard") {
  double sum = 0, squares = 0;
  for (int row = 0; row < fitted_rows; ++row) sum += wave(row);
  const double mean = sum / fitted_rows;
  for (int row = 0; row < fitted_rows; ++row) squares += (wave(row) - mean) * (wave(row) - mean);
  const double deviation = std::sqrt(squares / fitted_rows);
  HundredRows rows([=](int row) { return (wave(row) - mean) / deviation; });
  rows.info.columns[0].scaler = scaler;
  return rows;
}

}  // namespace

TEST_CASE("a scaler that was fitted on more than the training rows is found") {
  CHECK(check_scaling(*standardised(60).write()).level == Level::ok);
  for (const int rows : {80, 100}) {
    const Finding found = check_scaling(*standardised(rows).write());
    CHECK(found.level == Level::fail);
    CHECK(found.text == "center and scale of y are not those of the training rows: the scaled values know other rows");
  }
}

TEST_CASE("each scaler has a rule of its own, and a constant column none") {
  HundredRows minmax([](int row) { return row / 59.0; });
  minmax.info.columns[0].scaler = "minmax";
  CHECK(check_scaling(*minmax.write()).level == Level::ok);
  HundredRows leaking([](int row) { return row / 99.0; });
  leaking.info.columns[0].scaler = "minmax";
  CHECK(check_scaling(*leaking.write()).level == Level::fail);

  HundredRows robust([](int row) { return (row - 29.5) / 29.5; });  // median 0, quartiles at 14.75 and 44.25
  robust.info.columns[0].scaler = "robust";
  CHECK(check_scaling(*robust.write()).level == Level::ok);
  CHECK(check_scaling(*standardised(60, "robust").write()).level == Level::fail);

  HundredRows constant([](int) { return 0; });
  constant.info.columns[0].scaler = "standard";
  CHECK(check_scaling(*constant.write()).level == Level::ok);
}

TEST_CASE("values before a border that were filled from beyond it are found") {
  HundredRows rows(wave);
  CHECK(check_filling(*rows.write()).text == "no value is filled");
  for (const std::size_t row : {std::size_t{57}, std::size_t{58}, std::size_t{59}}) rows.observed[2 * row] = 0;
  CHECK(check_filling(*rows.write()).level == Level::fail);
  CHECK(check_filling(*rows.write()).text == "filled values of y before the border of a split are no repetition: they come from beyond it");
  for (const std::size_t row : {std::size_t{57}, std::size_t{58}, std::size_t{59}}) rows.values[2 * row] = rows.values[2 * 56];
  CHECK(check_filling(*rows.write()).level == Level::ok);
  CHECK(check_filling(*rows.write()).text == "3 filled values, none from beyond a border");
  rows.info.source["missing"] = "interpolate";
  CHECK(check_filling(*rows.write()).level == Level::warn);
}

TEST_CASE("a column known ahead that is the target is found, at every shift that a forecast cannot know") {
  constexpr std::int64_t horizon = 4;
  const auto found = [&](const std::function<double(int)>& known) {
    return check_known_columns(*HundredRows(wave, known).write(), horizon);
  };
  CHECK(found([](int row) { return row % 5; }).level == Level::ok);
  CHECK(found([](int row) { return 3 - 2 * wave(row); }).text ==
        "promo is y in the same row, which a forecast cannot know: leave it out of known_future");
  CHECK(found([](int row) { return wave(row + 2); }).text.starts_with("promo is y 2 rows later"));
  CHECK(found([](int row) { return wave(row - 3); }).text.starts_with("promo is y 3 rows before"));
  CHECK(found([](int row) { return wave(row - 4); }).level == Level::ok);  // known at the origin
  CHECK(found([](int) { return 1; }).level == Level::ok);
}

TEST_CASE("a feature that is the target of a later row is found, and one that is merely alike is not") {
  const auto found = [](const std::function<double(int)>& feature) {
    HundredRows rows(wave, feature);
    rows.info.features = {"y", "promo"};
    rows.info.known_future.clear();
    return check_past_columns(*rows.write(), 3);
  };
  const Finding next = found([](int row) { return 7 - 2 * wave(row + 1); });
  CHECK(next.level == Level::warn);
  CHECK(next.text.starts_with("promo is y 1 row later: a forecast copies it"));
  CHECK(found([](int row) { return wave(row + 3); }).level == Level::warn);
  CHECK(found([](int row) { return wave(row + 4); }).level == Level::ok);  // beyond what is forecast
  CHECK(found([](int row) { return wave(row); }).level == Level::ok);
  CHECK(found([](int row) { return wave(row - 1); }).level == Level::ok);
  CHECK(found([](int row) { return wave(row + 1) + row % 3 * 0.01; }).level == Level::ok);
  CHECK(found([](int) { return 4; }).level == Level::ok);
}

TEST_CASE("one series is tested on rows after its own, and is no copy") {
  CHECK(check_times(*HundredRows(wave).write()).level == Level::ok);
  CHECK(check_duplicates(*HundredRows(wave).write()).level == Level::ok);
}
