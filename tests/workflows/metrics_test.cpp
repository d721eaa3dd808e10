#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "workflows/workflow_fixture.h"

using pipeline::Value;

namespace {

const std::vector<std::string> with_extra_metrics{"--plugin-path", BUILD_DIR "/tests/plugins/extra_metrics"};

std::vector<std::string> with_plugin(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), with_extra_metrics.begin(), with_extra_metrics.end());
  return arguments;
}

/// Five epochs at a rate that makes validation better and then worse; the checkpoint with the best `monitor` is kept.
std::string watching(const std::string& monitor) {
  return R"(
[model]
type = "LinearModel"
[optimizer]
lr = 0.3
[trainer]
max_epochs = 5
[[callbacks]]
type = "ModelCheckpoint"
monitor = ")" +
         monitor + R"("
[[callbacks]]
type = "EarlyStopping"
monitor = ")" +
         monitor + R"("
patience = 5
[[loggers]]
type = "CSVLogger"
[stages.train]
[stages.evaluate]
splits = ["test", "val"]
[stages.visualize]
)";
}

std::vector<double> curve(const Value& training, const std::string& metric) {
  std::vector<double> values;
  for (const Value& epoch : training.at("history").as_list()) values.push_back(epoch.at("val").at(metric).as_double());
  return values;
}

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture,
                  "a monitor goes the metric's way: the checkpoint with the largest val_r2 is kept, that with the smallest val_smape") {
  for (const std::string monitor : {"val_r2", "val_smape"}) {
    workflow(watching(monitor));
    // A processor with bfloat16 may round by the size of the batch otherwise.
    REQUIRE(run({"--until", "evaluate", "--set", "matmul_precision=highest"}).status == 0);
    const Value training = json("runs/small/train/train.json");
    const std::vector<double> values = curve(training, monitor);
    REQUIRE(values.size() == 5);
    const bool larger = monitor == "val_r2";
    const auto [least, most] = std::ranges::minmax(values);
    REQUIRE(least < most);
    CHECK(training.at("score").as_double() == (larger ? most : least));
    CHECK(training.at("mode") == Value(larger ? "max" : "min"));
    const auto checkpoint = pipeline({"checkpoint", "show", training.at("best").as_string()}).out;
    CHECK(contains(checkpoint, "EarlyStopping{'monitor': '" + monitor + "', 'mode': '" + (larger ? "max" : "min") + "'}"));
    // The same values that evaluate gives for that checkpoint.
    CHECK(json("runs/small/evaluate/metrics.json").at(monitor).as_double() == doctest::Approx(larger ? most : least).epsilon(1e-6));
  }
}

TEST_CASE_FIXTURE(WorkflowFixture, "mode = \"min\" stands against the metric's way") {
  workflow(watching("val_r2"));
  REQUIRE(run({"--until", "train", "--set", "callbacks.ModelCheckpoint.mode=min"}).status == 0);
  const Value training = json("runs/small/train/train.json");
  CHECK(training.at("score").as_double() == std::ranges::min(curve(training, "val_r2")));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a plugin's metric is monitored, logged, written, drawn and listed as those that ship") {
  workflow(watching("val_hit_share"));
  REQUIRE(run(with_plugin({"--until", "train"})).status == 0);
  const Value training = json("runs/small/train/train.json");
  CHECK(training.at("mode") == Value("max"));
  CHECK(training.at("score").as_double() == std::ranges::max(curve(training, "val_hit_share")));
  const std::filesystem::path version = path() / "runs/small/train" / training.at("version_dir").as_string();
  const std::string logged = read((version / "metrics.csv").lexically_normal().string());
  CHECK(contains(logged.substr(0, logged.find('\n')), "val_hit_share"));
  CHECK_FALSE(contains(logged.substr(0, logged.find('\n')), "val_smape"));

  REQUIRE(run(with_plugin({})).status == 0);
  const Value metrics = json("runs/small/evaluate/metrics.json");
  for (const char* name : {"test_hit_share", "val_hit_share", "naive_hit_share", "test_largest_error", "naive_largest_error"})
    CHECK_MESSAGE(metrics.at(name).is_double(), name);
  CHECK(metrics.at("by_step").as_list()[0].at("hit_share").is_double());
  CHECK_FALSE(metrics.at("by_step").as_list()[0].find("largest_error"));
  const Value& wave = metrics.at("original").as_map().begin()->second;
  CHECK(wave.at("largest_error") == metrics.at("test_largest_error"));
  CHECK(wave.at("largest_error").as_double() > wave.at("mae").as_double());

  const std::string report = read("runs/small/visualize/report.html");
  for (const char* heading : {"Hits", "Largest error", "sMAPE", "MASE", "RMSSE", "MSE", "Accuracy"})
    CHECK_MESSAGE(contains(report, std::string("<th class=\"number\">") + heading + "</th>"), heading);
  CHECK(contains(pipeline(with_plugin({"runs", "workflow.toml"})).out, "test_hit_share"));
  CHECK(contains(pipeline(with_plugin({"describe", "hit_share"})).out, "hit_share (metric): The share of forecasts"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "another plugin's metric is measured anew, and does not train what it cannot change") {
  workflow(watching("val_loss"));
  REQUIRE(run({"--until", "evaluate"}).status == 0);
  const Finished again = run(with_plugin({"--until", "evaluate"}));
  REQUIRE(again.status == 0);
  CHECK(contains(again.err, "the metric hit_share is new"));
  CHECK(json("runs/small/evaluate/metrics.json").at("test_hit_share").is_double());
  const Finished graph = pipeline(with_plugin({"graph", "workflow.toml"}));
  CHECK(graph.status == 0);
  CHECK_FALSE(contains(again.err, "train: the metric"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a metric of original units cannot be monitored, and the mistake names those that can") {
  workflow(watching("val_mase"));
  const Finished refused = run({"--until", "train"});
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "monitor is \"val_mase\", which no training measures"));
  CHECK(contains(refused.err, "val_r2, val_rmse, val_smape)"));
}
