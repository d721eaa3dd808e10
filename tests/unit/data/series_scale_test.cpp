#include "pipeline/train/series_scale.h"

#include <doctest/doctest.h>

#include <array>

#include "pipeline/data/series.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

/// Twelve rows of one target in two segments, the last four of them test; row 2 was filled.
std::shared_ptr<const Series> twelve_rows(const TempFolder& folder) {
  SeriesInfo info;
  info.features = info.targets = {"a"};
  info.columns = {{.name = "a"}};
  info.target_columns = {0};
  info.segments = {{0, 5}, {5, 7}};
  info.split_end = {8, 8, 12};
  info.source = Value::Map{};
  const std::vector<double> targets{1, 3, 100, 4, 6, 50, 51, 55, 1000, 2000, 3000, 4000};
  const std::vector<float> values(targets.begin(), targets.end());
  std::vector<std::int64_t> time;
  for (std::int64_t row = 0; row < 12; ++row) time.push_back(row);
  std::vector<std::uint8_t> observed(12, 1);
  observed[2] = 0;
  write_series(folder.path(), {.info = info, .values = values, .time = time, .targets = targets, .observed = observed});
  return Series::open(folder.path());
}

}  // namespace

TEST_CASE("the scale is of training rows only, within segments, without filled values") {
  const TempFolder folder;
  const auto series = twelve_rows(folder);
  const SeriesScale step = scales_before(Split::val, *series, std::array{std::int64_t{1}}).front();  // changes 2; 2; 1, 4
  CHECK(step.absolute == doctest::Approx(9.0 / 4));
  CHECK(step.squared == doctest::Approx(25.0 / 4));
  const SeriesScale season =
      scales_before(Split::val, *series, std::array{std::int64_t{2}}).front();  // 4 - 3 and 55 - 50; 3 and 6 - 100 touch the filled row
  CHECK(season.absolute == doctest::Approx((1.0 + 5.0) / 2));
}

TEST_CASE("without a change to compare with the scale is 0") {
  const TempFolder folder;
  const SeriesScale longer_than_training = scales_before(Split::val, *twelve_rows(folder), std::array{std::int64_t{100}}).front();
  CHECK(longer_than_training.absolute == 0);
  CHECK(longer_than_training.squared == 0);
}

TEST_CASE("the scale of a series of more data is of its rows before a row, within segments") {
  SeriesInfo info;
  info.features = info.targets = {"a"};
  info.columns = {{.name = "a"}};
  info.target_columns = {0};
  const PreparedInput input{.time = {0, 1, 2, 0, 1, 2, 3},
                            .values = std::vector<float>(7),
                            .targets = {5, 9, 100, 1, 3, 4, 90},
                            .observed = std::vector<std::uint8_t>(7, 1),
                            .segments = {{0, 3}, {3, 4}},
                            .ids = {"one", "two"},
                            .series_start = {0, 3, 7}};
  CHECK(scales_before(6, input, info, 1, std::array{std::int64_t{1}}).front().absolute == doctest::Approx((2.0 + 1.0) / 2));
  CHECK(scales_before(2, input, info, 0, std::array{std::int64_t{1}}).front().absolute == doctest::Approx(4));
  CHECK(scales_before(1, input, info, 0, std::array{std::int64_t{1}}).front().absolute == 0);
}
