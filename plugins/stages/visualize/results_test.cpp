#include "read_results.h"

#include <doctest/doctest.h>

#include "pipeline/data/files.h"
#include "support/recording_log.h"
#include "support/temp_folder.h"
#include "verdict.h"

using namespace pipeline;
using namespace pipeline::stage::visualize;

namespace {

constexpr const char* two_models = R"({
  "stage": "train_b", "model": "B", "split": "test",
  "models": {
    "train_a": { "stage": "train_a", "model": "A", "split": "test", "test_loss": 0.4, "test_mse": 0.4, "test_r2": null, "test_windows": 12,
                 "naive_mse": 0.5, "test_naive_mse": 0.5, "val_loss": 0.3, "val_mse": 0.3, "val_naive_mse": 0.6,
                 "original": { "OT": { "mae": 1.0, "naive_mae": 2.0, "val": { "mae": 0.8, "naive_mae": 1.5 } } } },
    "train_b": { "stage": "train_b", "model": "B", "split": "test", "test_loss": 0.2, "test_mse": 0.2, "test_windows": 12, "naive_mse": 0.5,
                 "original": { "OT": { "mae": 0.7, "naive_mae": 2.0 } } } } })";

/// The training that train.json describes.
TrainingRecord training(const char* train_json) {
  const TempFolder folder;
  write_text(folder.path() / training_file_name, train_json);
  return read_training({.kind = "checkpoint", .stage = "train", .folder = folder.path()});
}

}  // namespace

TEST_CASE("metrics of several models are read for each split, the naive forecast's apart") {
  const std::vector<Evaluation> evaluations = evaluations_of(metrics_of(from_json(two_models, "metrics.json")), {}, {});
  REQUIRE(evaluations.size() == 2);
  CHECK(evaluations[0].stage == "train_a");
  CHECK(evaluations[0].model == "A");
  const SplitErrors& test = evaluations[0].splits.at("test");
  CHECK(test.windows == 12);
  CHECK(find_number(test.scaled, "mse") == 0.4);
  CHECK_FALSE(find_number(test.scaled, "r2"));
  CHECK(find_number(test.naive_scaled, "mse") == 0.5);
  CHECK(find_number(test.original.at("OT"), "mae") == 1.0);
  CHECK(find_number(test.naive_original.at("OT"), "mae") == 2.0);
  const SplitErrors& val = evaluations[0].splits.at("val");
  CHECK(find_number(val.naive_scaled, "mse") == 0.6);
  CHECK(find_number(val.original.at("OT"), "mae") == 0.8);
  CHECK(find_number(val.naive_original.at("OT"), "mae") == 1.5);
  CHECK_FALSE(evaluations[0].splits.contains("train"));
}

TEST_CASE("the metrics that metrics.json describes are read under their own keys, whichever stage wrote them") {
  const std::vector<Evaluation> evaluations = evaluations_of(metrics_of(from_json(R"({
    "stage": "train", "split": "test", "test_loss": 1, "avg_test_hits": 0.75, "test_naive_hits": 0.5, "test_mase": 2, "test_windows": 3, "test_other": 9,
    "metrics": [ { "name": "hits", "key": "avg_{split}_hits", "label": "Hits", "units": "scaled", "percent": true, "larger_is_better": true },
                 { "name": "mase", "key": "{split}_mase", "label": "MASE", "units": "original", "percent": false, "larger_is_better": false } ] })",
                                                                                  "metrics.json")),
                                                             {}, {});
  REQUIRE(evaluations.size() == 1);
  const SplitErrors& test = evaluations[0].splits.at("test");
  CHECK(test.scaled == SplitErrors::Numbers{{"hits", 0.75}, {"loss", 1.0}, {"mase", 2.0}, {"other", 9.0}});
  CHECK(test.naive_scaled == SplitErrors::Numbers{{"hits", 0.5}});
  REQUIRE(evaluations[0].measures.size() == 2);
  CHECK(evaluations[0].measures[0].label == "Hits");
  CHECK(evaluations[0].measures[0].percent);
  CHECK(evaluations[0].measures[1].original);
}

TEST_CASE("a training's curve is read and its best epoch is the best checkpoint's") {
  const TrainingRecord read = training(R"({
    "model": "LSTMModel", "monitor": "val_mae", "score": 0.5, "epochs": 3, "steps": 30,
    "history": [ { "epoch": 0, "train_loss": 3.0, "val": { "val_loss": 2.0, "val_mae": 0.9 } },
                 { "epoch": 1, "train_loss": 2.0, "val": { "val_loss": 1.5, "val_mae": 0.5 } },
                 { "epoch": 2, "train_loss": 1.0, "val": { "val_loss": 1.0, "val_mae": 0.7 } } ] })");
  REQUIRE(read.history.size() == 3);
  CHECK(read.history[2].train_loss == 1.0);
  CHECK(best_epoch(read) == 1);
  CHECK(learned(read));
}

TEST_CASE("without a checkpoint's score the lowest validation loss marks the best epoch; a model that is only validated did not learn") {
  CHECK(best_epoch(training(R"({ "score": null, "history": [ { "train_loss": 1, "val": { "val_loss": 2 } },
                                                             { "train_loss": 1, "val": { "val_loss": 1 } } ] })")) == 1);
  CHECK_FALSE(learned(training(R"({ "history": [ { "val": { "val_loss": 2 } } ] })")));
}

TEST_CASE("each model's files are those that metrics.json names; a train stage without train.json is skipped with a warning") {
  const TempFolder folder;
  const auto evaluate = folder.path() / "evaluate";
  std::filesystem::create_directories(evaluate);
  write_text(evaluate / "metrics.json", R"({ "stage": "b", "split": "test", "models": {
    "a": { "stage": "a", "split": "test", "test_mse": 2, "by_step": [ {} ], "by_target": { "OT": {} },
           "files": { "predictions": { "test": "of_a.csv", "val": "of_a.val.csv" }, "attention": { "val": "attention.csv" } } },
    "b": { "stage": "b", "split": "test", "test_mse": 1, "by_step": [ {}, {} ], "by_target": { "OT": {} },
           "files": { "predictions": { "test": "predictions.csv" }, "attention": { "test": "attention.csv" } } },
    "c": { "stage": "c", "split": "test", "test_mse": null } } })");
  write_text(evaluate / "predictions.a.csv", "");  // metrics.json does not name this file
  write_text(evaluate / "manifest.json", R"({ "seed": 1 })");
  test::RecordingLog log;
  const Results results = read_results(
      {{"checkpoint", "a", folder.path() / "a"}, {"metrics", "evaluate", evaluate}, {"predictions", "evaluate", evaluate}}, log);
  REQUIRE(results.evaluations.size() == 3);
  CHECK(results.evaluations[0].predictions == evaluate / "of_a.csv");
  CHECK(results.evaluations[0].attention.empty());
  CHECK(results.evaluations[1].predictions == evaluate / "predictions.csv");
  CHECK(results.evaluations[1].attention == evaluate / "attention.csv");
  CHECK(results.evaluations[2].predictions.empty());
  CHECK(results.evaluations[2].splits.empty());  // none of its metrics is defined
  CHECK(results.manifests.size() == 1);
  CHECK(leader_of(results.evaluations).stage == "b");
  CHECK(results.evaluations[1].horizon == 2);
  CHECK_FALSE(results.evaluations[1].same_task(results.evaluations[0]));
  REQUIRE(log.warnings().size() == 1);
  CHECK(log.warnings()[0] == "stage a left no train.json: the report shows no loss curve of it");
}

TEST_CASE("evaluations come in the order of the trainings, then the others") {
  std::vector<TrainingRecord> trainings(2);
  trainings[0].stage = "second", trainings[1].stage = "first";
  MetricsRecord metrics{.models = {{.stage = "first"}, {.stage = "other"}, {.stage = "second"}}, .leader = 2};
  const std::vector<Evaluation> evaluations = evaluations_of(metrics, trainings, {});
  CHECK(evaluations[0].stage == "second");
  CHECK(evaluations[0].leads);
  CHECK(evaluations[1].stage == "first");
  CHECK(evaluations[2].stage == "other");
}
