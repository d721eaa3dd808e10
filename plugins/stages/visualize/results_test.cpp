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

Value history(const char* text) { return from_json(text, "train.json"); }

}  // namespace

TEST_CASE("metrics of several models are read for each split, the naive forecast's apart") {
  const std::vector<Evaluation> evaluations = parse_metrics(from_json(two_models, "metrics.json"), {});
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

TEST_CASE("a training's curve is read and its best epoch is the best checkpoint's") {
  const Training training = parse_training("train", history(R"({
    "model": "LSTMModel", "monitor": "val_mae", "score": 0.5, "epochs": 3, "steps": 30,
    "history": [ { "epoch": 0, "train_loss": 3.0, "val": { "val_loss": 2.0, "val_mae": 0.9 } },
                 { "epoch": 1, "train_loss": 2.0, "val": { "val_loss": 1.5, "val_mae": 0.5 } },
                 { "epoch": 2, "train_loss": 1.0, "val": { "val_loss": 1.0, "val_mae": 0.7 } } ] })"));
  CHECK(training.model == "LSTMModel");
  CHECK(training.steps == 30);
  REQUIRE(training.history.size() == 3);
  CHECK(training.history[2].train_loss == 1.0);
  CHECK(training.best_epoch == 1);
  CHECK(training.learned());
}

TEST_CASE("without a checkpoint's score the lowest validation loss marks the best epoch; a model that is only validated did not learn") {
  CHECK(parse_training("train", history(R"({ "score": null, "history": [ { "train_loss": 1, "val": { "val_loss": 2 } },
                                                                         { "train_loss": 1, "val": { "val_loss": 1 } } ] })"))
            .best_epoch == 1);
  CHECK_FALSE(parse_training("train", history(R"({ "history": [ { "val": { "val_loss": 2 } } ] })")).learned());
}

TEST_CASE("each model's predictions file is found; a train stage without train.json is passed over aloud") {
  const TempFolder folder;
  const auto evaluate = folder.path() / "evaluate";
  std::filesystem::create_directories(evaluate);
  write_text(evaluate / "metrics.json", two_models);
  write_text(evaluate / "predictions.csv", "");
  write_text(evaluate / "predictions.train_a.csv", "");
  write_text(evaluate / "manifest.json", R"({ "seed": 1 })");
  test::RecordingLog log;
  const Results results = read_results(
      {{"checkpoint", "train_a", folder.path() / "train_a"}, {"metrics", "evaluate", evaluate}, {"predictions", "evaluate", evaluate}},
      log);
  REQUIRE(results.evaluations.size() == 2);
  CHECK(results.evaluations[0].predictions.filename() == "predictions.train_a.csv");
  CHECK(results.evaluations[1].predictions.filename() == "predictions.csv");
  CHECK(results.manifests.size() == 1);
  CHECK(results.evaluations[1].leads);
  CHECK(leader_of(results.evaluations).stage == "train_b");
  REQUIRE(log.warnings().size() == 1);
  CHECK(log.warnings()[0].find("train_a left no train.json") != std::string::npos);
}

TEST_CASE("a stage named as a split has its predictions beside the leading model's of that split") {
  const TempFolder folder;
  write_text(folder.path() / "metrics.json", R"({ "stage": "best", "split": "test", "models": {
    "best": { "stage": "best", "split": "test", "test_mse": 1, "by_step": [ {}, {} ], "by_target": { "OT": {} } },
    "train": { "stage": "train", "split": "test", "test_mse": 2, "by_step": [ {} ], "by_target": { "OT": {} } } } })");
  for (const char* name : {"predictions.csv", "predictions.train.csv", "predictions.train.test.csv"}) write_text(folder.path() / name, "");
  test::RecordingLog log;
  const Results results = read_results({{"metrics", "evaluate", folder.path()}}, log);
  REQUIRE(results.evaluations.size() == 2);
  CHECK(results.evaluations[0].predictions.filename() == "predictions.csv");
  CHECK(results.evaluations[1].predictions.filename() == "predictions.train.test.csv");
  CHECK(results.evaluations[0].horizon == 2);
  CHECK_FALSE(results.evaluations[1].same_task(results.evaluations[0]));
}
