#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "pipeline/data/files.h"
#include "workflows/audit_fixture.h"

using namespace pipeline;

namespace {

const std::string linear = "[model]\ntype = \"LinearModel\"\n[trainer]\nmax_epochs = 1\n[stages.train]\n[stages.evaluate]\n";

/// Rows of two shops, of which `late` begins when `early` is nearly over.
std::string two_shops(bool same_values) {
  std::string text = "shop,day,sales\n";
  for (int shop = 0; shop < 2; ++shop) {
    for (int day = 0; day < 80; ++day) {
      const int at = same_values ? day : day + 60 * shop;
      text += std::string(shop == 0 ? "early," : "late,") + std::to_string(at) + "," +
              std::to_string(10 + std::sin(day * (same_values ? 1 : 1 + shop))) + "\n";
    }
  }
  return text;
}

const std::string shops =
    "name = \"small\"\nthreads = 1\nsplit = { val = 10, test = 10 }\n[stages.preprocess]\nsource = \"shops.csv\"\ntime_column = "
    "\"day\"\ntime_format = \"%s\"\nseries_column = \"shop\"\nfeatures = [\"sales\"]\ntarget = [\"sales\"]\nfrequency = \"none\"\n"
    "[stages.slice_windows]\nwindow = 5\nhorizon = 2\n";

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "a sound workflow has nothing against it, and a line for each check") {
  workflow(linear);
  CHECK(contains(pipeline({"audit", "workflow.toml"}).err, "there is nothing to audit in "));
  const Finished ran = run();
  REQUIRE(ran.status == 0);
  CHECK_FALSE(contains(ran.err, "audit:"));
  const Finished told = pipeline({"audit", "workflow.toml"});
  CHECK(told.status == 0);
  for (const char* check : {"scaling", "targets", "windows", "filling", "known columns", "past columns", "times", "duplicates", "choices",
                            "looks", "known ahead", "perturbation"})
    CHECK_MESSAGE(contains(told.out, std::string("ok    ") + check + ": "), check, "\n", told.out);
  CHECK_MESSAGE(contains(told.out, "origins stay the same whatever comes after them"), told.out);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a model that looks at what it should forecast is found") {
  workflow("[model]\ntype = \"PeekingModel\"\n[trainer]\nmax_epochs = 1\n[stages.train]\n[stages.evaluate]\n");
  const std::vector<std::string> plugins{"--plugin-path", BUILD_DIR "/tests/plugins/peeking_model"};
  REQUIRE(run(plugins).status == 0);
  const std::string log = read("runs/small/evaluate/metrics.json");
  const Audit audit(*this, plugins);
  CHECK(audit.done.status == 4);
  CHECK(audit.level("perturbation") == "FAIL");
  CHECK_MESSAGE(
      contains(audit.text("perturbation"), "origins change with what comes after them: the model, or what reads its windows, looks ahead"),
      audit.text("perturbation"));
  CHECK(read("runs/small/evaluate/metrics.json") == log);  // the results stay as they were
}

TEST_CASE_FIXTURE(WorkflowFixture, "a column known ahead that is the target, and one that ends with it, are told") {
  std::string csv = "time,load,copy,promo\n";
  for (int i = 0; i < 200; ++i)
    csv += std::to_string(i) + "," + std::to_string(std::sin(i * 0.7)) + "," + std::to_string(std::sin(i * 0.7)) + "," +
           std::to_string(i % 7) + "\n";
  write("known.csv", csv);
  const auto known = [&](const std::string& column) {
    write("workflow.toml",
          "name = \"small\"\n[stages.preprocess]\nsource = \"known.csv\"\nfeatures = [\"load\"]\ntarget = [\"load\"]\nknown_future = [\"" +
              column + "\"]\n[stages.slice_windows]\nwindow = 12\nhorizon = 3\n");
  };
  known("copy");
  const Finished ran = run();
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  CHECK_MESSAGE(contains(ran.err, "audit: known columns: copy is load in the same row, which a forecast cannot know"), ran.err);
  CHECK(Audit(*this).level("known columns") == "FAIL");
  known("promo");
  REQUIRE(run().status == 0);
  const Audit audit(*this);
  CHECK(audit.level("known columns") == "ok");
  CHECK(audit.level("known ahead") == "warn");
  CHECK_MESSAGE(contains(audit.text("known ahead"), "the file does not give promo for the 3 rows after the last target"),
                audit.text("known ahead"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "series that are tested on times that others train on, and copies, are told") {
  write("workflow.toml", shops);
  write("shops.csv", two_shops(false));
  const Finished ran = run();
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Audit ends(*this);
  CHECK(ends.level("times") == "warn");
  CHECK(contains(ends.text("times"), "50 % of the test rows are older than training rows of another series"));
  CHECK(ends.level("duplicates") == "ok");
  write("shops.csv", two_shops(true));
  REQUIRE(run().status == 0);
  const Audit copies(*this);
  CHECK(copies.level("times") == "ok");
  CHECK(copies.level("duplicates") == "warn");
  CHECK(contains(copies.text("duplicates"), "1 series has the values of another one (late is early)"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "windows that the metrics leave out, and several looks at the test, are told") {
  workflow(linear);
  REQUIRE(run().status == 0);
  write("same.csv", read("small.csv"));
  const Finished renamed = run({"--set", "stages.preprocess.source=same.csv"});
  REQUIRE(contains(renamed.err, "[evaluate] up to date"));
  CHECK(Audit(*this, {"--set", "stages.preprocess.source=same.csv"}).level("looks") == "ok");
  REQUIRE(run({"--set", "optimizer.lr=0.5"}).status == 0);
  const Audit looks(*this, {"--set", "optimizer.lr=0.5"});
  CHECK(looks.level("looks") == "warn");
  CHECK(contains(looks.text("looks"), "2 runs of this name with different options have measured test"));
  CHECK(looks.of_level("FAIL").empty());

  Value metrics = json("runs/small/evaluate/metrics.json");
  metrics["test_windows"] = 3;
  write("runs/small/evaluate/metrics.json", to_json(metrics));
  const Audit left_out(*this);
  CHECK(left_out.level("windows") == "FAIL");
  CHECK_MESSAGE(contains(left_out.text("windows"), "evaluate measured 3 of 58 test windows of train"), left_out.text("windows"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a choice by test is a mistake of the workflow") {
  workflow(linear + "[[callbacks]]\ntype = \"EarlyStopping\"\nmonitor = \"test_loss\"\n");
  const Finished refused = pipeline({"validate", "workflow.toml"});
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "\"test_loss\", which no training measures"));
}
