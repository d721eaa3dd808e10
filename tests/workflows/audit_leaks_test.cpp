// Workflows with one planted leak each. The audit names each leak, and nothing else.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "workflows/audit_fixture.h"

namespace {

const std::string linear = "[model]\ntype = \"LinearModel\"\n[trainer]\nmax_epochs = 1\n[stages.train]\n[stages.evaluate]\n";

class Planted : public WorkflowFixture {
 public:
  /// Runs the workflow, and audits it.
  [[nodiscard]] Audit audited(const std::vector<std::string>& set = {}) const {
    std::vector<std::string> more{"--plugin-path", BUILD_DIR "/tests/plugins/leaky_stages", "--plugin-path",
                                  BUILD_DIR "/tests/plugins/peeking_model"};
    more.insert(more.end(), set.begin(), set.end());
    const Finished ran = run(more);
    REQUIRE_MESSAGE(ran.status == 0, ran.err);
    return Audit(*this, more);
  }
  /// The audit fails for `check` alone.
  void check_fails(const std::string& check, const std::string& sentence) const {
    const Audit audit = audited();
    CHECK(audit.done.status == 4);
    CHECK(audit.of_level("FAIL") == std::vector{check});
    CHECK_MESSAGE(contains(audit.text(check), sentence), audit.text(check));
  }
  /// The audit warns of `check` alone.
  void check_warns(const Audit& audit, const std::string& check, const std::string& sentence) const {
    CHECK(audit.done.status == 0);
    CHECK(audit.of_level("warn") == std::vector{check});
    CHECK_MESSAGE(contains(audit.text(check), sentence), audit.text(check));
  }

  /// 240 rows of a load, and a column made of it; `role`: options that use the column "other".
  void two_columns(const auto& other, const std::string& role, int ahead = 0) const {
    std::string csv = "time,load,other\n";
    for (int i = 0; i < 240; ++i) csv += std::to_string(i) + "," + std::to_string(load(i)) + "," + std::to_string(other(i)) + "\n";
    for (int i = 240; i < 240 + ahead; ++i) csv += std::to_string(i) + ",," + std::to_string(other(i)) + "\n";
    write("two.csv", csv);
    write("workflow.toml", "name = \"small\"\nthreads = 1\n[stages.preprocess]\nsource = \"two.csv\"\ntarget = [\"load\"]\n" + role +
                               "\n[stages.slice_windows]\nwindow = 12\nhorizon = 3\n" + linear);
  }
  static double load(int i) { return std::sin(i * 0.7) + i * 37 % 11 * 0.1; }

  /// Sixty days of two shops; the second begins `later` days after the first, and has its values if `copied`.
  void two_shops(int later, bool copied) const {
    std::string csv = "shop,day,sales\n";
    for (int shop = 0; shop < 2; ++shop) {
      for (int day = 0; day < 60; ++day)
        csv += std::string(shop == 0 ? "a," : "b,") + std::to_string(day + shop * later) + "," +
               std::to_string(load(day + (copied ? 0 : 100 * shop))) + "\n";
    }
    write("shops.csv", csv);
    write("workflow.toml",
          "name = \"small\"\nthreads = 1\nsplit = { val = 10, test = 10 }\n[stages.preprocess]\nsource = \"shops.csv\"\ntime_column = "
          "\"day\"\ntime_format = \"%s\"\nseries_column = \"shop\"\nfeatures = [\"sales\"]\ntarget = [\"sales\"]\nfrequency = \"none\"\n"
          "[stages.slice_windows]\nwindow = 5\nhorizon = 2\n" +
              linear);
  }
};

const std::string load_alone = "features = [\"load\"]\nknown_future = [\"other\"]";

}  // namespace

TEST_CASE_FIXTURE(Planted, "leak 1: a scaler that knows all rows") {
  workflow("[stages.leaky]\ntype = \"leaky_series\"\n" + linear);
  write("workflow.toml", read("workflow.toml") + "[stages.slice_windows.inputs]\nseries = \"leaky\"\n");
  check_fails("scaling", "center and scale of load, heat are not those of the training rows");
}

TEST_CASE_FIXTURE(Planted, "leak 2: a gap that is filled from beyond the border of training") {
  workflow("[stages.leaky]\ntype = \"leaky_series\"\nleak = \"filling\"\n" + linear, "target = [\"load\"]\nscaler = \"none\"");
  write("workflow.toml", read("workflow.toml") + "[stages.slice_windows.inputs]\nseries = \"leaky\"\n");
  check_fails("filling", "filled values of load before the border of a split are no repetition: they come from beyond it");
}

TEST_CASE_FIXTURE(Planted, "leak 3: a column known ahead that is the target") {
  two_columns([](int i) { return 2 * load(i) + 5; }, load_alone, 3);
  check_fails("known columns", "other is load in the same row, which a forecast cannot know");
}

TEST_CASE_FIXTURE(Planted, "leak 4: a column known ahead that is the target of a later row") {
  two_columns([](int i) { return load(i + 2); }, load_alone, 3);
  check_fails("known columns", "other is load 2 rows later, which a forecast cannot know");
}

TEST_CASE_FIXTURE(Planted, "leak 5: windows of training that reach into validation") {
  workflow(
      "[stages.longer]\ntype = \"leaky_windows\"\ninputs = { windows = \"slice_windows\" }\n[model]\ntype = \"LinearModel\"\n[trainer]\n"
      "max_epochs = 1\n[stages.train]\ninputs = { windows = \"longer\" }\n[stages.evaluate]\n");
  check_fails("targets", "targets of train windows lie outside its rows: another split trains or is measured on them too");
}

TEST_CASE_FIXTURE(Planted, "leak 6: metrics that leave windows out") {
  workflow(linear + "[stages.easy]\ntype = \"easy_windows\"\n");
  check_fails("windows", "easy measured 29 of 58 test windows of train: the metrics leave forecasts out");
}

TEST_CASE_FIXTURE(Planted, "leak 7: a checkpoint that test chose") {
  workflow(
      "[model]\ntype = \"LinearModel\"\n[trainer]\nmax_epochs = 1\n[stages.train]\n[stages.best]\ntype = \"best_by_test\"\ninputs = { "
      "checkpoint = \"train\" }\n[stages.evaluate]\n");
  check_fails("choices", "best chose checkpoints by test_mse: what is chosen by test is not measured by it");
}

TEST_CASE_FIXTURE(Planted, "leak 8: a model that looks at what it should forecast") {
  workflow("[model]\ntype = \"PeekingModel\"\n[trainer]\nmax_epochs = 1\n[stages.train]\n[stages.evaluate]\n");
  check_fails("perturbation", "origins change with what comes after them");
}

TEST_CASE_FIXTURE(Planted, "leak 9: a feature that is the target of a later row") {
  two_columns([](int i) { return 10 - 3 * load(i + 1); }, "features = [\"load\", \"other\"]");
  check_warns(audited(), "past columns", "other is load 1 row later: a forecast copies it");
}

TEST_CASE_FIXTURE(Planted, "leak 10: a series that is tested on days that another one trains on") {
  two_shops(30, false);
  check_warns(audited(), "times", "50 % of the test rows are older than training rows of another series");
}

TEST_CASE_FIXTURE(Planted, "leak 11: a series that stands there twice") {
  two_shops(0, true);
  check_warns(audited(), "duplicates", "1 series has the values of another one (b is a)");
}

TEST_CASE_FIXTURE(Planted, "leak 12: options that were tried until the test was good") {
  workflow(linear);
  REQUIRE(run().status == 0);
  check_warns(audited({"--set", "optimizer.lr=0.5"}), "looks", "2 runs of this name with different options have measured test");
}

TEST_CASE_FIXTURE(Planted, "the same workflows without a leak have nothing against them") {
  const auto clean = [&](const Audit& audit) {
    CHECK(audit.done.status == 0);
    CHECK(audit.of_level("FAIL").empty());
    CHECK(audit.of_level("warn").empty());
  };
  workflow(linear);
  REQUIRE(run({"--until", "slice_windows", "--set", "stages.slice_windows.window=20"}).status == 0);  // it measures nothing
  clean(audited());
  two_columns([](int i) { return i % 7; }, load_alone, 3);
  clean(audited({"--set", "name=ahead"}));
  two_columns([](int i) { return load(i - 1); }, "features = [\"load\", \"other\"]");  // the past is known
  clean(audited({"--set", "name=past"}));
  two_shops(0, false);
  clean(audited({"--set", "name=shops"}));
}
