#include "pipeline/data/forecasts.h"

#include <doctest/doctest.h>

#include <cmath>

#include "data_test.h"
#include "pipeline/data/files.h"
#include "pipeline/data/windows.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

/// Two origins, two steps, one target; the second model has a quantile.
void write_two_models(const std::filesystem::path& folder) {
  ForecastsWriter writer(folder, "../windows", {"y"}, 2, 2);
  writer.origins()[0] = {.split = 1, .series = 0, .row = 9, .time = 90};
  writer.origins()[1] = {.split = 2, .series = 3, .row = 19, .time = 190};
  const std::span<double> naive = writer.add("Naive", {});
  naive[0] = 1.5;
  naive[3] = -2;
  const std::span<double> theta = writer.add("Theta", {0.9});
  theta[7] = 4;
  writer.set_replaced(1);
  writer.finish();
}

/// Ten rows of one target; one window validates and one tests.
void write_windows(const TempFolder& folder) {
  SeriesInfo info;
  info.features = info.targets = {"y"};
  info.columns = {{.name = "y"}};
  info.target_columns = {0};
  info.segments = {{0, 10}};
  info.split_end = {6, 8, 10};
  info.source = Value::Map{};
  const std::vector<float> values(10);
  const std::vector<double> targets(10);
  const std::vector<std::int64_t> time{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  write_series(folder.folder("series"), {.info = info, .values = values, .time = time, .targets = targets, .observed = {}});
  WindowsInfo windows;
  windows.window = 3;
  windows.horizon = 2;
  windows.series = "../series";
  windows.ranges = {{.segment = 0, .split = Split::val, .first = 3, .count = 1, .stride = 1},
                    {.segment = 0, .split = Split::test, .first = 5, .count = 1, .stride = 1}};
  write_json(folder.folder("windows") / "windows.json", windows.to_value());
}

}  // namespace

TEST_CASE("forecasts are read as they were written, NaN where there is none") {
  const TempFolder folder;
  write_two_models(folder.path());
  const auto forecasts = Forecasts::open(folder.path());
  CHECK(forecasts->windows() == folder.path().parent_path() / "windows");
  CHECK(forecasts->targets() == std::vector<std::string>{"y"});
  CHECK(forecasts->horizon() == 2);
  REQUIRE(forecasts->origins().size() == 2);
  CHECK(forecasts->origins()[1].series == 3);
  CHECK(forecasts->origins()[1].time == 190);
  REQUIRE(forecasts->models().size() == 2);
  CHECK(forecasts->models()[1].name == "Theta");
  CHECK(forecasts->models()[1].levels == std::vector<double>{0.9});
  CHECK(forecasts->models()[1].replaced == 1);
  REQUIRE(forecasts->values(0).size() == 4);
  CHECK(forecasts->values(0)[0] == 1.5);
  CHECK(std::isnan(forecasts->values(0)[1]));
  REQUIRE(forecasts->values(1).size() == 8);
  CHECK(forecasts->values(1)[7] == 4);
}

TEST_CASE("the link to the windows holds when the stage's folder is renamed, at any depth") {
  const TempFolder folder;
  write_windows(folder);
  const auto windows = Windows::open(folder.path() / "windows");
  const std::filesystem::path staged = folder.path() / ".part";
  for (const char* place : {"", "networks/train"}) {
    std::filesystem::create_directories(staged / place);
    ForecastsWriter writer(staged / place, *windows, folder.path() / "windows");
    CHECK(std::ssize(writer.origins()) == 2);
    CHECK(writer.origins()[0].split == 1);
    static_cast<void>(writer.add("Naive", {}));
    writer.finish();
  }
  std::filesystem::rename(staged, folder.path() / "forecasts");
  for (const char* place : {"forecasts", "forecasts/networks/train"})
    CHECK(Forecasts::open(folder.path() / place)->windows() == folder.path() / "windows");
}

TEST_CASE("a model forecasts once") {
  const TempFolder folder;
  ForecastsWriter writer(folder.path(), "", {"y"}, 1, 1);
  static_cast<void>(writer.add("Naive", {}));
  CHECK_THROWS_WITH_AS(static_cast<void>(writer.add("Naive", {})), "the model \"Naive\" forecasts twice: name it once", Error);
}

TEST_CASE("damaged forecasts are refused with the cure") {
  const TempFolder folder;
  const auto error_of = [&] {
    try {
      static_cast<void>(Forecasts::open(folder.path()));
    } catch (const Error& error) {
      CHECK(error.status() == ExitStatus::data);
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(error_of().find("holds no forecasts: forecasts.json is missing") != std::string::npos);
  write_two_models(folder.path());
  std::filesystem::remove(folder.path() / "Theta" / "forecasts.npy");
  CHECK(error_of().find("Theta/forecasts.npy") != std::string::npos);
  write_text(folder.path() / "forecasts.json",
             R"({"windows": "", "targets": ["y", "z"], "horizon": 2, "models": [{"name": "Naive", "levels": [], "replaced": 0}]})");
  CHECK(error_of().find("Naive/forecasts.npy") != std::string::npos);  // another shape
  write_text(folder.path() / "forecasts.json", R"({"windows": "", "targets": []})");
  CHECK(error_of().find("is damaged") != std::string::npos);
}
