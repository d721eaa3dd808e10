#include <doctest/doctest.h>

#include <string>

#include "workflows/workflow_fixture.h"

namespace {

const char* const trees = "[stages.lightgbm]\nlags = [1, 2, 24]\nnum_iterations = 5\n";

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "without LightGBM's library the stage ends with status 3 and the way to get it") {
  workflow(std::string(trees) + "[stages.evaluate]\n");
  const Finished absent = run();
  CHECK(absent.status == 3);
  CHECK_MESSAGE(
      contains(absent.err,
               "LightGBM 4.3 or newer is a library of its own: `pip install --no-deps --target lightgbm lightgbm==4.7.0` brings it, "
               "and library = \"lightgbm/lightgbm/lib/lib_lightgbm.so\" in the stage's table names it"),
      absent.err);
  write("other.so", "no library");
  const Finished other = run({"--set", "stages.lightgbm.library=other.so"});
  CHECK(other.status == 3);
  CHECK_MESSAGE(contains(other.err, "LightGBM cannot be loaded: "), other.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "mistakes in the options of trees are told before any work") {
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
  CHECK(contains(run({"--set", "stages.lightgbm.quantiles=[0.9, 0.1]"}).err, "quantiles must ascend, as [0.1, 0.5, 0.9] do"));
}
