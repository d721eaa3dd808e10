#include "fingerprint.h"

#include <doctest/doctest.h>

#include <functional>
#include <numeric>

#include "pipeline/data/files.h"
#include "pipeline/data/series.h"
#include "support/temp_folder.h"

using namespace pipeline;
using namespace pipeline::stage::evaluate;

namespace {

constexpr std::int64_t rows = 12;

/// A series of one target with windows of 3 rows and 2 steps, and what they are measured by.
struct Measured {
  SeriesInfo series{};
  std::vector<double> targets = std::vector<double>(rows);
  std::vector<std::uint8_t> observed = std::vector<std::uint8_t>(rows, 1);
  std::vector<std::int64_t> time = std::vector<std::int64_t>(rows);
  WindowsInfo windows{};
  std::vector<Split> splits{Split::test};
  OriginChoice origins{};
  MeasuredBy by{};

  Measured() {
    series.features = series.targets = {"load"};
    series.columns = {{.name = "load"}};
    series.target_columns = {0};
    series.segments = {{0, rows}};
    series.split_end = {6, 8, rows};
    series.source = Value::Map{};
    for (std::size_t row = 0; row < targets.size(); ++row) targets[row] = static_cast<double>(row * row % 7);
    observed[9] = 0;
    std::iota(time.begin(), time.end(), std::int64_t{100});
    windows.window = 3;
    windows.horizon = 2;
    windows.series = "../series";
    windows.ranges = {{.segment = 0, .split = Split::train, .first = 0, .count = 2, .stride = 1},
                      {.segment = 0, .split = Split::test, .first = 5, .count = 3, .stride = 1}};
  }

  [[nodiscard]] std::string print() const {
    const TempFolder folder;
    const std::vector<float> values(targets.begin(), targets.end());
    for (const char* name : {"series", "windows"}) make_folder(folder.path() / name);
    write_series(folder.path() / "series", {.info = series, .values = values, .time = time, .targets = targets, .observed = observed});
    write_json(folder.path() / "windows/windows.json", windows.to_value());
    return fingerprint(*Windows::open(folder.path() / "windows"), splits, origins, by);
  }
};

std::string with(const std::function<void(Measured&)>& change) {
  Measured measured;
  change(measured);
  return measured.print();
}

}  // namespace

TEST_CASE("what a model may choose for itself leaves the fingerprint as it is") {
  const std::string print = Measured().print();
  CHECK(print.size() == 16);
  CHECK(Measured().print() == print);
  CHECK(with([](Measured& m) {  // the same origins, looked at through a shorter window
          m.windows.window = 2;
          m.windows.ranges[1].first = 6;
        }) == print);
  CHECK(with([](Measured& m) { m.windows.ranges[0].count = 1; }) == print);  // another split's
  CHECK(with([](Measured& m) { m.series.columns[0] = {.name = "load", .scaler = "standard", .center = 2, .scale = 4}; }) == print);
  CHECK(with([](Measured& m) { m.targets[9] = 77; }) == print);  // filled, so measured by nobody
}

TEST_CASE("whatever changes the numbers that are compared changes the fingerprint") {
  const std::string print = Measured().print();
  CHECK(with([](Measured& m) { m.targets[10] += 1; }) != print);
  CHECK(with([](Measured& m) { m.targets[1] += 10; }) != print);  // mase's scale
  CHECK(with([](Measured& m) { m.observed[9] = 1; }) != print);
  CHECK(with([](Measured& m) { m.time[7] += 1; }) != print);  // an origin
  CHECK(with([](Measured& m) { m.windows.horizon = 1; }) != print);
  CHECK(with([](Measured& m) { m.windows.ranges[1].count = 2; }) != print);
  CHECK(with([](Measured& m) { m.origins.origins = Origins::last; }) != print);
  CHECK(with([](Measured& m) { m.splits = {Split::train}; }) != print);
  CHECK(with([](Measured& m) { m.by.seasons = {2}; }) != print);
  CHECK(with([](Measured& m) { m.by.quantiles = {0.5}; }) != print);
  CHECK(with([](Measured& m) { m.series.targets = m.series.features = {"power"}, m.series.columns[0].name = "power"; }) != print);
}
