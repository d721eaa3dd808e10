// Another author's stages in place of train and evaluate: tests/fixtures/plugins/own_stages.cpp.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "workflows/workflow_fixture.h"

namespace {

/// The program with the plugin of these stages.
Finished with_own_stages(const WorkflowFixture& fixture, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--plugin-path", BUILD_DIR "/tests/plugins/own_stages"});
  return fixture.pipeline(arguments);
}

constexpr const char* own_train = "[stages.fit]\ntype = \"own_train\"\n";
constexpr const char* own_evaluate = "[stages.judge]\ntype = \"own_evaluate\"\n";

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "train and evaluate of another plugin serve visualize, runs and predict") {
  workflow(std::string(own_train) + own_evaluate + "[stages.visualize]\nformats = []\n");
  const Finished ran = with_own_stages(*this, {"run", "workflow.toml"});
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  CHECK(json("runs/small/fit/train.json").at("best") == pipeline::Value("weights.ckpt"));
  const std::string report = read("runs/small/visualize/report.html");
  CHECK(contains(report, "LinearModel"));
  CHECK(contains(report, "fit"));
  CHECK(contains(report, "\"truth\""));          // of fit.mine.csv
  CHECK(contains(report, "\"val\":[1.5,0.5]"));  // of the curve
  CHECK_FALSE(contains(ran.err, "left no"));

  const Finished runs = with_own_stages(*this, {"runs", "workflow.toml"});
  CHECK_MESSAGE(contains(runs.out, " 0.5000 "), runs.out);

  const Finished predicted = with_own_stages(*this, {"predict", "--workflow", "workflow.toml", "--input", "small.csv"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  CHECK(predicted.out.starts_with("origin,time,step,load_pred\n2024-01-17 15:00:00,2024-01-17 16:00:00,1,"));
  CHECK(contains(with_own_stages(*this, {"run", "workflow.toml"}).err, "[judge] up to date"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "another plugin's train is measured by evaluate, and train by another plugin's evaluate") {
  workflow(std::string(own_train) + "[stages.evaluate]\n");
  const Finished measured = with_own_stages(*this, {"run", "workflow.toml"});
  REQUIRE_MESSAGE(measured.status == 0, measured.err);
  const pipeline::Value metrics = json("runs/small/evaluate/metrics.json");
  CHECK(metrics.at("stage") == pipeline::Value("fit"));
  CHECK(metrics.at("test_loss").as_double() == doctest::Approx(metrics.at("test_mae").as_double()));  // fit minimised L1Loss

  workflow(std::string("[model]\ntype = \"LinearModel\"\n[trainer]\nmax_epochs = 1\n[stages.train]\n") + own_evaluate +
           "[stages.visualize]\nformats = []\n");
  const Finished judged = with_own_stages(*this, {"run", "workflow.toml"});
  REQUIRE_MESSAGE(judged.status == 0, judged.err);
  CHECK(exists("runs/small/judge/train.mine.csv"));
  CHECK(json("runs/small/judge/metrics.json").at("files").at("predictions").at("test") == pipeline::Value("train.mine.csv"));
}
