#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "pipeline/data/forecasts.h"
#include "pipeline/data/series.h"
#include "support/eventually.h"
#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

const std::string library = SOURCE_DIR "/.deps/lightgbm-4.7.0/lightgbm/lib/lib_lightgbm.so";
const char* const trees = "[stages.lightgbm]\nlags = [1, 2, 24]\nnum_iterations = 5\n";

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "without LightGBM's library the stage ends with status 3 and the way to get it") {
  workflow(std::string(trees) + "[stages.evaluate]\n");
  const Finished absent = run();
  CHECK(absent.status == 3);
  CHECK_MESSAGE(
      contains(absent.err,
               "the option library names no file. LightGBM 4.3 or newer is a library of its own: in the folder of the workflow, `pip "
               "install --no-deps --target lightgbm lightgbm==4.7.0` brings it, and library = "
               "\"lightgbm/lightgbm/lib/lib_lightgbm.so\" in the stage's table names it"),
      absent.err);
  write("other.so", "no library");
  const Finished other = run({"--set", "stages.lightgbm.library=other.so"});
  CHECK(other.status == 3);
  CHECK_MESSAGE(contains(other.err, "LightGBM cannot be loaded: "), other.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "mistakes in the options of trees are told") {
  workflow(trees);
  const Finished narrow = pipeline(
      {"validate", "workflow.toml", "--set", "stages.lightgbm.quantiles=[0.1, 0.9]", "--set", "stages.lightgbm.strategy=recursive"});
  CHECK(narrow.status == 2);
  CHECK_MESSAGE(
      contains(narrow.err, "has quantiles of the next row alone, which are too narrow for the rows after it; write strategy = \"direct\""),
      narrow.err);
  const Finished zero = pipeline({"validate", "workflow.toml", "--set", "stages.lightgbm.lags=[0]"});
  CHECK_MESSAGE(contains(zero.err, "lags"), zero.err);
  CHECK(zero.status == 2);
  CHECK(pipeline({"validate", "workflow.toml", "--set", "stages.lightgbm.learning_rate=inf"}).status == 2);
  const Finished descending = pipeline({"validate", "workflow.toml", "--set", "stages.lightgbm.quantiles=[0.9, 0.1]"});
  CHECK(descending.status == 2);
  CHECK_MESSAGE(contains(descending.err, "quantiles must ascend: 0.1 comes after 0.9"), descending.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "with any number of threads the forecasts are the same, and the median is the point" *
                                       doctest::skip(!std::filesystem::exists(library))) {
  workflow(std::string(trees) + "quantiles = [0.1, 0.5, 0.9]\nlibrary = \"" + library + "\"\n");
  REQUIRE(run({"--set", "threads=1"}).status == 0);
  const std::string file = "runs/small/lightgbm/LightGBM/forecasts.npy", one = read(file);
  REQUIRE(run({"--set", "threads=2", "--stage", "lightgbm", "--force"}).status == 0);
  CHECK(read(file) == one);
  const auto forecasts = Forecasts::open(path() / "runs/small/lightgbm");
  for (std::size_t i = 0; i < forecasts->values(0).size(); i += 4) REQUIRE(forecasts->values(0)[i] == forecasts->values(0)[i + 2]);
}

TEST_CASE_FIXTURE(WorkflowFixture, "where there is too little to learn from the last value stands, aloud" *
                                       doctest::skip(!std::filesystem::exists(library))) {
  workflow(std::string(trees) + "library = \"" + library + "\"\n");
  const Finished none = run({"--set", "season_length=300"});
  REQUIRE_MESSAGE(none.status == 0, none.err);
  CHECK_MESSAGE(contains(none.err, "LightGBM: the last value stands for the forecasts from 58 origins of the val split"), none.err);
  const auto series = Series::open(path() / "runs/small/preprocess");
  const auto forecasts = Forecasts::open(path() / "runs/small/lightgbm");
  CHECK(forecasts->models()[0].replaced > 0);
  CHECK(forecasts->values(0)[0] == series->targets()[static_cast<std::size_t>(forecasts->origins()[0].row)]);
  // The cure works.
  const Finished some = run({"--set", "season_length=300", "--set", "stages.lightgbm.seasonal_difference=false"});
  CHECK(some.status == 0);
  CHECK_FALSE(contains(some.err, "the last value stands"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "Ctrl-C of the program ends the process that grows trees, and leaves nothing" *
                                       doctest::skip(!std::filesystem::exists(library))) {
  workflow(std::string(trees) + "library = \"" + library + "\"\n");
  REQUIRE(run({"--until", "slice_windows"}).status == 0);
  Program running(BUILD_DIR "/bin/pipeline", {"run", "workflow.toml", "--set", "stages.lightgbm.num_iterations=100000"}, path());
  REQUIRE(eventually([&] { return exists("runs/small/.lightgbm.part/origins.npy"); }));
  running.signal(SIGINT);
  const Finished ended = running.wait();
  CHECK(ended.status == 130);
  CHECK_MESSAGE(contains(ended.err, "interrupted while forecasting with LightGBM"), ended.err);
  CHECK_FALSE(exists("runs/small/.lightgbm.part"));
  CHECK_FALSE(exists("runs/small/lightgbm"));
}
