// The train stage from the built plugin libraries, as the program runs it.
#include <doctest/doctest.h>

#include <csignal>

#include "pipeline/errors.h"
#include "pipeline/stage.h"
#include "pipeline/train/checkpoint.h"
#include "unit/train/built_plugin.h"
#include "unit/train/fit_fixture.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

/// A workflow of one train stage over the fixture's windows, LinearModel with SGD.
class TrainRun {
 public:
  TrainRun() {
    for (const char* name : {"train", "linear", "naive", "torch_losses", "torch_optimizers"}) {
      load_built_plugin(registry_, name);
    }
    settings.log_dir = data_.folder() / "logs";
    settings.workflow_file = data_.folder() / "workflow.toml";
    settings.device = "cpu";
    tables.one("model").type = "LinearModel";
    tables.one("loss").type = "MSELoss";
    tables.one("optimizer") = {"SGD", Value::Map{{"lr", 0.05}}};
    tables.options("trainer") = Value::Map{{"max_epochs", 2}};
  }

  /// Runs the stage; returns its train.json.
  Value run(const Value& options = Value(Value::Map{})) {
    const std::filesystem::path folder = data_.folder() / "train";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    StageContext context{.stage = "train",
                         .folder = folder,
                         .lasting = data_.folder() / "lasting",
                         .settings = settings,
                         .tables = tables,
                         .registry = registry_,
                         .log = log,
                         .cancel = cancel,
                         .inputs = {{"windows", "windows", data_.folder() / "windows"}},
                         .summary = Value(Value::Map{}),
                         .kept_elsewhere = {}};
    registry_.make<Stage>("train", options)->run(context);
    summary = context.summary;
    kept_elsewhere = context.kept_elsewhere;
    return read_json(folder / "train.json");
  }

  [[nodiscard]] const std::filesystem::path& folder() const { return data_.folder(); }
  [[nodiscard]] const std::filesystem::path version(int number) const {
    return settings.log_dir / "LinearModel" / ("version_" + std::to_string(number));
  }

  RunSettings settings;
  TrainingTables tables;
  RecordingLog log;
  std::atomic<int> cancel = 0;
  Value summary;
  std::vector<std::filesystem::path> kept_elsewhere;

 private:
  WindowsFixture data_;
  Registry registry_;
};

}  // namespace

TEST_CASE("train.json says where the checkpoints are and how training went") {
  TrainRun workflow;
  const Value report = workflow.run();
  CHECK(report.at("model").as_string() == "LinearModel");
  CHECK(report.at("version_dir").as_string() == workflow.version(0).string());
  CHECK(report.at("last").as_string() == (workflow.version(0) / "checkpoints" / "last.ckpt").string());
  CHECK(report.at("best").is_null());
  CHECK(report.at("epochs").as_int() == 2);
  CHECK(report.at("steps").as_int() == 2);
  CHECK(report.at("windows").as_string() == "../windows");
  REQUIRE(report.at("history").as_list().size() == 2);
  const Value& epoch = report.at("history").as_list().back();
  CHECK(epoch.at("learning_rate").as_double() == 0.05);
  CHECK(epoch.at("train_loss").as_double() > 0);
  CHECK(workflow.summary.at("val_loss") == epoch.at("val").at("val_loss"));
  CHECK(workflow.kept_elsewhere == std::vector{workflow.version(0) / "checkpoints" / "last.ckpt"});
  CHECK(workflow.log.infos().front() == "LinearModel: 10 parameters, on cpu, 1 thread");
}

TEST_CASE("hyper-parameters carry the model's options and what follows from the data") {
  TrainRun workflow;
  workflow.run();
  const State checkpoint = read_checkpoint(workflow.version(0) / "checkpoints" / "last.ckpt");
  const Value hyper = checkpoint.at("hyper_parameters").to_value();
  CHECK(hyper == Value(Value::Map{{"bias", true},
                                  {"individual", false},
                                  {"solver", "gradient"},
                                  {"alpha", 0.0},
                                  {"input_size", 1},
                                  {"output_size", 2},
                                  {"window", 4},
                                  {"horizon", 2},
                                  {"batch_size", 32},
                                  {"lr", 0.05}}));
  const CheckpointInfo info = CheckpointInfo::from_value(checkpoint.at("pipeline").to_value());
  CHECK(info.model_type == "LinearModel");
  CHECK(info.series.has_value());
}

TEST_CASE("a version is one above the highest, whatever else lies there") {
  TrainRun workflow;
  std::filesystem::create_directories(workflow.version(7));
  std::filesystem::create_directories(workflow.settings.log_dir / "LinearModel" / "version_x9");
  CHECK(workflow.run().at("version_dir").as_string() == workflow.version(8).string());
  CHECK(workflow.run().at("version_dir").as_string() == workflow.version(9).string());
}

TEST_CASE("a stage repeated with the same seed gives the same weights") {
  TrainRun workflow;
  workflow.run();
  torch::rand({3});  // earlier random draws must not matter
  workflow.run();
  const auto weights = [&](int version) {
    return read_checkpoint(workflow.version(version) / "checkpoints" / "last.ckpt").at("state_dict").at("linear.weight").as_tensor();
  };
  CHECK(torch::equal(weights(0), weights(1)));
  workflow.settings.seed = 1;
  workflow.run();
  CHECK_FALSE(torch::equal(weights(0), weights(2)));
}

TEST_CASE("fast_dev_run leaves a checkpoint in the stage's folder and no version") {
  TrainRun workflow;
  workflow.tables.options("trainer")["fast_dev_run"] = true;
  const Value report = workflow.run();
  CHECK(report.at("version_dir").is_null());
  CHECK(report.at("last").as_string() == "fast_dev_run.ckpt");
  CHECK(std::filesystem::exists(workflow.folder() / "train" / "fast_dev_run.ckpt"));
  CHECK_FALSE(std::filesystem::exists(workflow.settings.log_dir));
  CHECK(workflow.kept_elsewhere.empty());
}

TEST_CASE("a model without parameters has its only checkpoint as the best one") {
  TrainRun workflow;
  workflow.tables.one("model").type = "NaiveModel";
  const Value report = workflow.run();
  CHECK(report.at("best") == report.at("last"));
  CHECK(report.at("history").as_list().size() == 1);
  CHECK(report.at("history").as_list().front().find("train_loss") == nullptr);
}

TEST_CASE("training goes on from a checkpoint's weights, found beside the workflow file") {
  TrainRun workflow;
  const double first = workflow.run().at("history").as_list().front().at("train_loss").as_double();
  const Value options = Value::Map{{"from_checkpoint", "logs/LinearModel/version_0/checkpoints/last.ckpt"}};
  const double later = workflow.run(options).at("history").as_list().front().at("train_loss").as_double();
  CHECK(later < first);
}

TEST_CASE("an interrupted training says which command continues it, and leaves a resume point") {
  TrainRun workflow;
  workflow.cancel = SIGTERM;
  workflow.settings.command_line = "pipeline run w.toml";
  try {
    workflow.run();
    FAIL("the stage was asked to stop");
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::interrupted);
    CHECK(std::string(error.what()) == "training was interrupted in epoch 1 after step 1; go on with: pipeline run w.toml --resume");
  }
  const State point = read_checkpoint(workflow.folder() / "lasting" / "LinearModel.version_0.ckpt");
  CHECK(point.at("resume").at("notes").at("version_dir").as_string() == workflow.version(0).string());
  CHECK(point.at("global_step").as_int() == 1);
}
