#include "pipeline/train/trained_model.h"

#include <doctest/doctest.h>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "pipeline/train/checkpoint.h"
#include "ranking.h"
#include "small_series_fixture.h"
#include "support/recording_log.h"

using namespace pipeline;
using namespace pipeline::stage::evaluate;

namespace {

TrainingRecord training(const std::string& monitor, std::optional<double> score, const std::string& mode = "min") {
  return {.stage = "train", .model_type = "M", .monitor = monitor, .mode = mode, .score = score};
}

struct Context {
  RunSettings settings;
  TrainingTables tables;
  Registry registry;
  test::RecordingLog log;
  std::atomic<int> cancel{0};
  StageContext stage{.stage = "evaluate",
                     .folder = {},
                     .settings = settings,
                     .tables = tables,
                     .registry = registry,
                     .log = log,
                     .cancel = cancel,
                     .inputs = {},
                     .kept_elsewhere = {}};
};

std::string error_of(const auto& work) {
  try {
    static_cast<void>(work());
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the model with the best validation score leads, by the direction of its metric") {
  CHECK(leading({training("val_loss", 0.5), training("val_loss", 0.2)}) == 1);
  CHECK(leading({training("val_r2", 0.2, "max"), training("val_r2", 0.5, "max")}) == 1);
  CHECK(leading({training("val_r2", 0.5), training("val_r2", 0.2)}) == 1);
  CHECK(leading({training("val_loss", 0.5), training("val_loss", 0.2, "max")}) == 0);
  CHECK(leading({training("val_loss", 0.5), training("val_mae", 0.2)}) == 0);
  CHECK(leading({training("val_loss", 0.5), training("val_loss", {})}) == 0);
  CHECK(leading({training("", {}), training("val_loss", 0.5), training("val_loss", 0.2)}) == 2);  // a model without a score does not lead
  CHECK(leading({training("", {}), training("", {})}) == 0);
}

TEST_CASE("best without a ModelCheckpoint is last, and says so") {
  const TempFolder folder;
  Context context;
  TrainingRecord made = training("", {});
  made.last = folder.path() / "last.ckpt";
  write_text(made.last, "x");
  CHECK(choose_checkpoint(made, "best", context.stage) == made.last);
  REQUIRE(context.log.infos().size() == 1);
  CHECK(context.log.infos()[0].find("the last one is taken") != std::string::npos);
}

TEST_CASE("a checkpoint that is not there is an error that says what to do") {
  const TempFolder folder;
  Context context;
  context.settings.workflow_file = folder.path() / "workflow.toml";
  TrainingRecord made = training("", {});
  made.best = folder.path() / "gone.ckpt";
  CHECK(error_of([&] { return choose_checkpoint(made, "best", context.stage); }).find("--stage train --force") != std::string::npos);
  CHECK(error_of([&] {
          return choose_checkpoint(made, "mine.ckpt", context.stage);
        }).find("checkpoint = \"mine.ckpt\": there is no file") != std::string::npos);
}

TEST_CASE("a checkpoint of another task does not fit the windows") {
  const test::SmallSeries data;
  Registry registry;
  Registrar registrar;
  registrar.add_with<Model, NoOptions>("Repeat", "Repeats.", [](const Value&, const ModelShape& shape) -> std::shared_ptr<Model> {
    return std::make_shared<test::RepeatScaled>(shape.horizon);
  });
  registrar.add_with<Loss, NoOptions>("SquaredError", "Squares.", [](const Value&) { return std::make_unique<test::SquaredError>(); });
  registry.commit(std::move(registrar.entries()));
  TrainingRecord made = training("", {});
  made.windows = data.folder() / "windows";
  made.loss.type = "SquaredError";

  CheckpointInfo info{.model_type = "Repeat", .window = 3, .horizon = 2, .shape = shape_of(*data.windows()), .series = {}};
  const auto file = data.folder() / "a.ckpt";
  write_checkpoint(file, State::Map{{"state_dict", State::Map{}}, {"pipeline", State(info.to_value())}});
  CHECK(load_trained(made, file, registry, torch::kCPU).windows->info().horizon == 2);
  info.horizon = 7;
  write_checkpoint(file, State::Map{{"state_dict", State::Map{}}, {"pipeline", State(info.to_value())}});
  CHECK(error_of([&] {
          return load_trained(made, file, registry, torch::kCPU);
        }).find("it was trained for 3 rows of 2 columns to 7 steps of 2 targets") != std::string::npos);
}
