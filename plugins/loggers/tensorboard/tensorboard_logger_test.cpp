#include "tensorboard/tensorboard_logger.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "records_fixture.h"
#include "support/recording_log.h"
#include "support/temp_folder.h"
#include "tensorboard/hparams.h"

using namespace pipeline::loggers::tensorboard;
using pipeline::Value;
using pipeline::test::only_file;
using pipeline::test::read_records;
using pipeline::test::RecordingLog;
using Pair = std::pair<std::string, double>;

namespace {

std::size_t count_tag(const std::vector<std::string>& records, const std::string& tag) {
  return static_cast<std::size_t>(std::ranges::count_if(records, [&](const std::string& r) { return r.find(tag) != std::string::npos; }));
}

}  // namespace

TEST_CASE("hyper-parameters are flattened as Lightning flattens them") {
  Value value;
  value["lr"] = 0.1;
  value["model"]["sizes"] = Value::List{1, 2};
  value["model"]["none"] = Value();
  const auto flat = flatten(value);
  REQUIRE(flat.size() == 3);
  CHECK(flat[0] == std::pair<std::string, Value>("lr", 0.1));
  CHECK(flat[1] == std::pair<std::string, Value>("model/none", "None"));
  CHECK(flat[2].first == "model/sizes");
  CHECK(flat[2].second.is_string());
}

TEST_CASE("a training declares its hyper-parameters once and says how it ended") {
  const TempFolder folder;
  RecordingLog log;
  TensorBoardLogger logger({}, {folder.path(), false, {}, log});
  logger.log_hyper_parameters(Value(Value::Map{{"lr", 0.1}}));
  logger.log_scalars(std::array{Pair("train_loss", 0.5), Pair("epoch", 0)}, 49);
  logger.finish(true);
  const auto records = read_records(only_file(folder.path(), "tfevents"));
  CHECK(count_tag(records, "_hparams_/experiment") == 1);
  CHECK(count_tag(records, "_hparams_/session_start_info") == 1);
  CHECK(count_tag(records, "_hparams_/session_end_info") == 1);
  CHECK(count_tag(records, "train_loss") == 1);
  CHECK(count_tag(records, "hp_metric") == 2);  // its value and its column
  CHECK(pipeline::read_text(folder.path() / "hparams.yaml") == "lr: 0.1\n");
}

TEST_CASE("the table of hyper-parameters names the workflow and the stage, hparams.yaml does not") {
  const TempFolder folder;
  RecordingLog log;
  TensorBoardLogger logger({}, {.version_dir = folder.path(), .log = log, .workflow = "oil", .stage = "train_cnn"});
  logger.log_hyper_parameters(Value(Value::Map{{"lr", 0.1}, {"stage", 3}}));  // a model's own option goes before
  logger.finish(true);
  const auto records = read_records(only_file(folder.path(), "tfevents"));
  CHECK(count_tag(records, "workflow") == 2);  // its column and its value
  CHECK(count_tag(records, "oil") == 1);
  CHECK(count_tag(records, "train_cnn") == 0);
  CHECK(pipeline::read_text(folder.path() / "hparams.yaml") == "lr: 0.1\nstage: 3\n");
}

TEST_CASE("a later stage adds its metrics in a file of its own and declares nothing again") {
  const TempFolder folder;
  RecordingLog log;
  TensorBoardLogger logger({}, {folder.path(), true, {}, log});
  logger.log_hyper_parameters(Value(Value::Map{{"lr", 0.1}}));
  logger.log_final_metrics(std::array{Pair("hp_metric", 0.25), Pair("test_mse", 0.25)}, 99);
  logger.finish(true);
  const auto records = read_records(only_file(folder.path(), "tfevents"));
  CHECK(count_tag(records, "_hparams_/experiment") == 0);
  CHECK(count_tag(records, "test_mse") == 1);
  CHECK(count_tag(records, "_hparams_/session_end_info") == 1);
}

TEST_CASE("an evaluation that is repeated leaves one record of its metrics, another one adds a record") {
  const TempFolder folder;
  RecordingLog log;
  const auto evaluate = [&](double loss) {
    TensorBoardLogger logger({}, {folder.path(), true, {}, log});
    logger.log_final_metrics(std::array{Pair("hp_metric", loss), Pair("test_mse", loss)}, 99);
    logger.finish(true);
  };
  const auto files = [&] { return std::distance(std::filesystem::directory_iterator(folder.path()), {}); };
  evaluate(0.25);
  evaluate(0.25);
  CHECK(files() == 1);
  evaluate(0.125);
  CHECK(files() == 2);
  evaluate(0.25);  // readers take the newest
  CHECK(files() == 3);
}

TEST_CASE("default_hp_metric = false leaves the placeholder out") {
  const TempFolder folder;
  RecordingLog log;
  TensorBoardLogger logger({.default_hp_metric = false, .hp_metrics = {"val_loss"}, .prefix = "run"}, {folder.path(), false, {}, log});
  logger.log_hyper_parameters(Value(Value::Map{{"lr", 0.1}}));
  logger.finish(false);
  const auto records = read_records(only_file(folder.path(), "tfevents"));
  CHECK(count_tag(records, "hp_metric") == 0);
  CHECK(count_tag(records, "run-val_loss") == 1);
}

TEST_CASE("a folder that cannot be written causes warnings, but does not end the training") {
  const TempFolder folder;
  RecordingLog log;
  TensorBoardLogger logger({}, {folder.path() / "gone", false, {}, log});
  logger.log_hyper_parameters(Value(Value::Map{{"lr", 0.1}}));
  logger.log_scalars(std::array{Pair("train_loss", 0.5)}, 0);
  logger.finish(true);
  const auto warnings = log.warnings();
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0].find("without hparams.yaml") != std::string::npos);
  CHECK(warnings[1].find("the training goes on without it") != std::string::npos);
}
