// What conformal intervals cover of data for which their guarantee holds.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <string>

#include "workflows/workflow_fixture.h"

namespace {

/// A logistic error from the generator's bits, the same with every library.
double logistic(std::mt19937_64& random) {
  const double share = (static_cast<double>(random() >> 11U) + 0.5) / 9007199254740992.0;
  return std::log(share / (1 - share));
}

/// The shares of `count` values that the intervals cover lie within three standard deviations of what they say.
void check_coverage(const WorkflowFixture& fixture, const std::string& name, std::int64_t count) {
  const Finished ran = fixture.run();
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const pipeline::Value metrics = fixture.json("runs/" + name + "/evaluate/metrics.json");
  CHECK(metrics.at("test_windows").as_int() == count);
  for (const int level : {80, 95}) {
    const double said = level / 100.0, deviation = std::sqrt(said * (1 - said) / static_cast<double>(count));
    const double covered = metrics.at("original").at("all").at("coverage_" + std::to_string(level)).as_double();
    CHECK_MESSAGE(std::abs(covered - said) < 3 * deviation, level, " % intervals cover ", covered);
  }
}

}  // namespace

TEST_CASE("conformal intervals cover what they say of errors that are alike at all times") {
  const WorkflowFixture fixture;
  std::mt19937_64 random(11);
  std::string csv = "y\n";
  for (int row = 0; row < 30'000; ++row) csv += std::to_string(50 + 4 * logistic(random)) + "\n";
  fixture.write("alike.csv", csv);
  fixture.write("workflow.toml", R"(name = "alike"
threads = 1
split = { val = 24000, test = 4000 }
[stages.preprocess]
source = "alike.csv"
features = ["y"]
target = ["y"]
[stages.slice_windows]
window = 60
horizon = 1
[stages.baselines]
models = ["WindowAverage"]
options = { WindowAverage = { window_size = 60 } }
[stages.evaluate]
intervals = { levels = [80, 95] }
)");
  check_coverage(fixture, "alike", 4000);
}

TEST_CASE("conformal intervals cover what they say of series that differ in level and scale alone") {
  const WorkflowFixture fixture;
  std::mt19937_64 random(12);
  std::string csv = "id,y\n";
  for (int series = 0; series < 400; ++series) {
    const double scale = std::pow(10, series % 5 - 2);
    for (int row = 0; row < 200; ++row)
      csv += "s" + std::to_string(series) + "," + std::to_string(scale * (100 + series + logistic(random))) + "\n";
  }
  fixture.write("panel.csv", csv);
  fixture.write("workflow.toml", R"(name = "panel"
threads = 1
season_length = 1
split = { val = 60, test = 10 }
[stages.preprocess]
source = "panel.csv"
series_column = "id"
features = ["y"]
target = ["y"]
[stages.slice_windows]
window = 40
horizon = 1
[stages.baselines]
models = ["WindowAverage"]
options = { WindowAverage = { window_size = 40 } }
[stages.evaluate]
intervals = { levels = [80, 95] }
)");
  check_coverage(fixture, "panel", 4000);
}
