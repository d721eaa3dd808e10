#include "lag_features.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "pipeline/testing/temp_folder.h"

using namespace pipeline;
using namespace pipeline::stage::lightgbm;

namespace {

/// Six rows of a target, a column known ahead and one that is not; values are 10 x row + column.
std::shared_ptr<const Series> six_rows(const testing::TempFolder& folder) {
  SeriesInfo info;
  info.features = {"y", "heat"};
  info.targets = {"y"};
  info.known_future = {"promo"};
  info.columns = {{.name = "y"}, {.name = "heat"}, {.name = "promo"}};
  info.words["promo"] = {"yes"};
  info.target_columns = {0};
  info.frequency = "1h";
  info.has_time = true;
  info.segments = {{0, 6}};
  info.split_end = {4, 5, 6};
  info.source = Value::Map{};
  std::vector<float> values;
  std::vector<double> targets;
  std::vector<std::int64_t> time;
  for (int row = 0; row < 6; ++row) {
    for (int column = 0; column < 3; ++column) values.push_back(static_cast<float>(10 * row + column));
    targets.push_back(10 * row);
    time.push_back(row * 3600);
  }
  write_series(folder.path(), {.info = info, .values = values, .time = time, .targets = targets, .observed = {}});
  return Series::open(folder.path());
}

}  // namespace

TEST_CASE("the usual lags are the last season and the seasons one and two before") {
  CHECK(usual_lags(1) == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7});
  CHECK(usual_lags(7) == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 14});
  CHECK(usual_lags(12).size() == 13);
  CHECK(usual_lags(12).back() == 24);
  const std::vector<std::int64_t> quarter_hours = usual_lags(96);
  CHECK(quarter_hours.size() == 50);
  CHECK(quarter_hours[47] == 48);
  CHECK(quarter_hours[48] == 96);
  CHECK(quarter_hours[49] == 192);
}

TEST_CASE("a history is the change from a season before, standardised, and empty before its first season") {
  const std::vector<double> y{1, 2, 4, 8, 16};
  TargetHistory history(y, 2, 3);
  CHECK(history.rows() == 5);
  CHECK(std::isnan(history.at(1)));
  CHECK(history.at(2) == 3);
  CHECK(history.at(4) == 12);
  history.standardise(2, 0.5);
  CHECK(history.at(2) == 2);
  const std::span<const double> past = history.before(3);
  CHECK(std::isnan(past[0]));
  CHECK(past[2] == 2);
  CHECK(std::isnan(history.before(0)[2]));
  CHECK(TargetHistory(y, 0, 1).at(0) == 1);
}

TEST_CASE("a row holds lags, means, columns known ahead at the row that is forecast, and others at the last row seen") {
  const testing::TempFolder folder;
  const auto series = six_rows(folder);
  const std::vector<double> past{1, 2, 4, 8};
  const TreeData data = TreeData::before(Split::test, *series);
  CHECK(data.learned_end == std::vector<std::int64_t>{5});
  const LagFeatures direct(data, 0, {.values = {1, 3}, .means = {2}}, true);
  CHECK(direct.names() == std::vector<std::string>{"lag 1", "lag 3", "mean of 2", "promo", "heat at the origin"});
  CHECK(direct.categorical() == std::vector<std::size_t>{3});
  CHECK(direct.left_out().empty());
  std::vector<float> row(direct.width());
  direct.fill(past, {.series = 0, .origin = 3, .row = 5}, row);
  CHECK(row == std::vector<float>{8, 2, 6, 52, 31});

  const LagFeatures recursive(data, 0, {.values = {4}, .means = {}}, false);
  CHECK(recursive.names() == std::vector<std::string>{"lag 4", "promo"});
  CHECK(recursive.left_out() == std::vector<std::string>{"heat"});
  CHECK(recursive.lags().deepest() == 4);
}
