#include <doctest/doctest.h>

#include "pipeline/data/format.h"
#include "workflows/workflow_fixture.h"

namespace {

/// Two trainings with different losses and horizons; one is named as a split.
constexpr const char* two_trainings = R"(
[stages.slice_one]
type = "slice_windows"
window = 24
horizon = 1
[model]
type = "LSTMModel"
hidden_size = 8
num_layers = 1
[optimizer]
type = "Adam"
lr = 0.01
[trainer]
max_epochs = 2
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_rmse"
save_top_k = 1
[[loggers]]
type = "TensorBoardLogger"
[stages.train]
inputs = { windows = "slice_windows" }
optimizer = { type = "Adam", lr = 1e-6 }
loss = { type = "L1Loss" }
[stages.train_one]
type = "train"
inputs = { windows = "slice_one" }
[stages.evaluate]
splits = ["train", "test"]
[stages.visualize]
formats = ["svg"]
)";

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "trainings of unlike losses and horizons are measured each by its own, and told apart in every file") {
  workflow(two_trainings);
  const Finished run = this->run();
  REQUIRE_MESSAGE(run.status == 0, run.err);
  const auto metrics = json("runs/small/evaluate/metrics.json");
  REQUIRE(metrics.at("stage").as_string() == "train_one");
  const auto &absolute = metrics.at("models").at("train"), &squared = metrics.at("models").at("train_one");
  CHECK(absolute.at("test_loss").as_double() == doctest::Approx(absolute.at("test_mae").as_double()).epsilon(1e-6));
  CHECK(squared.at("test_loss").as_double() == doctest::Approx(squared.at("test_mse").as_double()).epsilon(1e-6));

  // The leading model's training split, and the test split of the stage named train.
  CHECK(read("runs/small/evaluate/predictions.train.csv") != read("runs/small/evaluate/predictions.train.test.csv"));
  CHECK(exists("runs/small/evaluate/predictions.train.train.csv"));
  CHECK(contains(run.err, "windows that differ by model"));
  CHECK(contains(run.err, "train has another horizon or other targets than train_one, the leading model"));
  CHECK(contains(read("runs/small/visualize/report.html"), "last value, horizon 3"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "runs shows validation and version of the model whose test errors stand beside them") {
  workflow(two_trainings);
  REQUIRE(run({"--until", "evaluate"}).status == 0);
  const auto leading = json("runs/small/train_one/train.json");
  const Finished runs = pipeline({"runs", "workflow.toml"});
  CHECK(contains(runs.out, pipeline::format_short(leading.at("history").as_list().back().at("val").at("val_loss").as_double())));
  CHECK(contains(runs.out, std::filesystem::path(leading.at("version_dir").as_string()).filename().string()));
}

TEST_CASE_FIXTURE(WorkflowFixture, "of several models predict takes the one that evaluate chose") {
  workflow(two_trainings);
  const auto predict = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"predict", "--input", "small.csv"});
    return pipeline(more);
  };
  REQUIRE(run({"--until", "train"}).status == 0);
  REQUIRE(run({"--until", "train_one"}).status == 0);
  const Finished unmeasured = predict({"--workflow", "workflow.toml"});
  CHECK(unmeasured.status == 2);
  CHECK_MESSAGE(
      contains(unmeasured.err,
               "it trains train and train_one, and no stage has measured them: run `pipeline run` first, or name one with --stage"),
      unmeasured.err);
  REQUIRE(run({"--until", "evaluate"}).status == 0);
  const auto metrics = json("runs/small/evaluate/metrics.json");
  const auto by_name = [&](const pipeline::Value& model) { return predict({"--checkpoint", model.at("checkpoint").as_string()}).out; };
  const Finished chosen = predict({"--workflow", "workflow.toml"});
  REQUIRE_MESSAGE(chosen.status == 0, chosen.err);
  CHECK(chosen.out == by_name(metrics));
  const Finished other = predict({"--workflow", "workflow.toml", "--stage", "train"});
  CHECK(other.out == by_name(metrics.at("models").at("train")));
  CHECK(other.out != chosen.out);
  const Finished unknown = predict({"--workflow", "workflow.toml", "--stage", "tarin"});
  CHECK(unknown.status == 2);
  CHECK_MESSAGE(contains(unknown.err, "workflow.toml has no train stage \"tarin\": it trains train"), unknown.err);
}
