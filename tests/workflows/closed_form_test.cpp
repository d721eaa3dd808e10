// Models that compute their weights, through the whole program.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>

#include "workflows/workflow_fixture.h"

using pipeline::Value;

namespace {

const std::string closed = R"(
[model]
type = "LinearModel"
solver = "closed"
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
filename = "m-{epoch:02d}"
[[callbacks]]
type = "EarlyStopping"
monitor = "train_loss"
[[callbacks]]
type = "EMAWeightAveraging"
[[loggers]]
type = "CSVLogger"
[stages.train]
[stages.evaluate]
splits = ["train", "test"]
)";

/// With noise in small.csv: windows of its plain wave leave weights open.
class ClosedFormFixture : public WorkflowFixture {
 public:
  ClosedFormFixture() {
    std::string csv = "time,load,heat\n";
    unsigned state = 1;
    const auto noise = [&state] { return static_cast<double>((state = state * 1664525U + 1013904223U) >> 8U) / (1 << 24) - 0.5; };
    for (int row = 0; row < 400; ++row) {
      const double wave = std::sin(row * 2 * 3.14159265358979 / 24), load = noise(), heat = noise();
      char line[96];
      std::snprintf(line, sizeof(line), "2024-01-%02d %02d:00:00,%.4f,%.4f\n", 1 + row / 24, row % 24, 10 + 3 * wave + load,
                    20 - 2 * wave + heat);
      csv += line;
    }
    write("small.csv", csv);
  }
};

const std::string both_targets = "target = [\"load\", \"heat\"]";

/// The mean squared error of a split.
double mse(const WorkflowFixture& fixture, const char* split) {
  return fixture.json("runs/small/evaluate/metrics.json").at(std::string(split) + "_mse").as_double();
}

}  // namespace

TEST_CASE_FIXTURE(ClosedFormFixture, "a model that computes its weights is trained, kept, evaluated, drawn and predicts as any other") {
  workflow(closed + "[stages.visualize]\n", both_targets);
  const Finished ran = run();
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Value train = json("runs/small/train/train.json");
  CHECK(train.at("epochs") == Value(1));
  CHECK(train.at("steps") == Value(1));
  CHECK(contains(train.at("best").as_string(), "m-epoch=00.ckpt"));
  CHECK(train.at("history").as_list().front().at("train_loss").as_double() == doctest::Approx(mse(*this, "train")).epsilon(1e-5));
  CHECK(contains(read("lightning_logs/LinearModel/version_0/metrics.csv"), "train_loss_epoch"));
  CHECK(exists("runs/small/visualize/report.html"));
  CHECK(contains(run().err, "[train] up to date"));
  const Finished predicted = pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "small.csv"});
  CHECK_MESSAGE(predicted.status == 0, predicted.err);
}

TEST_CASE_FIXTURE(ClosedFormFixture,
                  "no training by gradients comes below the training error of the closed form, and a layer for each target goes lower") {
  workflow(closed, both_targets);
  REQUIRE(run().status == 0);
  const double shared = mse(*this, "train");
  REQUIRE(run({"--set", "model.individual=true"}).status == 0);
  CHECK(mse(*this, "train") < shared);
  REQUIRE(run({"--set", "model.solver=gradient", "--set", "trainer.max_epochs=20", "--set", "optimizer.lr=0.01"}).status == 0);
  CHECK(mse(*this, "train") > shared);
}

TEST_CASE_FIXTURE(ClosedFormFixture, "the number of threads changes nothing but the last digits of a closed form") {
  workflow(closed, both_targets);
  REQUIRE(run().status == 0);
  const double one = mse(*this, "test");
  REQUIRE(run({"--set", "threads=2"}).status == 0);
  CHECK(mse(*this, "test") == doctest::Approx(one).epsilon(1e-4));
}

TEST_CASE_FIXTURE(ClosedFormFixture, "filled targets are left out of the least squares, and every model of the family has a closed form") {
  std::string csv = read("small.csv");
  for (const char* gap : {"2024-01-05 03:00:00,", "2024-01-07 11:00:00,", "2024-01-07 12:00:00,"}) {
    const std::size_t at = csv.find(gap) + std::string(gap).size();
    csv.erase(at, csv.find(',', at) - at);
  }
  write("small.csv", csv);
  workflow(closed, both_targets + "\nmissing = \"forward_fill\"");
  for (const char* type : {"LinearModel", "NLinearModel", "DLinearModel", "RLinearModel"}) {
    for (const char* norm : {"none", "standard"}) {
      const Finished ran = run({"--set", std::string("model={ type = \"") + type + "\", solver = \"closed\" }", "--set",
                                std::string("stages.slice_windows.window_norm=") + norm});
      REQUIRE_MESSAGE(ran.status == 0, ran.err);
      CHECK(json("runs/small/train/train.json").at("history").as_list().front().at("train_loss").as_double() ==
            doctest::Approx(mse(*this, "train")).epsilon(1e-5));
    }
  }
}

TEST_CASE_FIXTURE(ClosedFormFixture, "a closed form trains on many series, and ignores what is known ahead or fixed aloud") {
  std::string csv = "id,day,y,price,size\n";
  for (const auto& [id, level] : {std::pair("a", 10.0), std::pair("b", 500.0)}) {
    for (int day = 1; day <= 90; ++day) {
      char line[96];
      std::snprintf(line, sizeof(line), "%s,%04d-%02d-%02d,%.4f,%d,%.1f\n", id, 2024, 1 + (day - 1) / 28, 1 + (day - 1) % 28,
                    level * (1 + 0.1 * std::sin(day * 0.9) + 0.01 * (day * day % 13)), day % 3, level / 2);
      csv += line;
    }
  }
  write("panel.csv", csv);
  write("workflow.toml", R"(name = "small"
threads = 1
split = { val = 14, test = 14 }
[stages.preprocess]
source = "panel.csv"
time_column = "day"
frequency = "none"
series_column = "id"
features = ["y"]
target = ["y"]
known_future = ["price"]
static = ["size"]
scaler_scope = "series"
[stages.slice_windows]
window = 7
horizon = 2
)" + closed);
  for (const char* type : {"LinearModel", "DLinearModel", "RLinearModel"}) {
    const Finished ran = run({"--set", std::string("model={ type = \"") + type + "\", solver = \"closed\" }"});
    REQUIRE_MESSAGE(ran.status == 0, ran.err);
    CHECK_MESSAGE(contains(ran.err, std::string(type) + " ignores the columns known ahead (price) and the static columns (size)"), ran.err);
    CHECK(mse(*this, "train") < 0.9);
  }
}

TEST_CASE_FIXTURE(ClosedFormFixture, "a search finds the penalty of a closed form") {
  workflow(closed + R"([stages.optimize]
n_trials = 3
[stages.optimize.search]
"model.alpha" = { low = 1e-3, high = 1e3, log = true }
)");
  const Finished ran = run();
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const Value best = json("runs/small/optimize/study.json").at("best");
  CHECK(json("runs/small/train/train.json").at("hyper_parameters").at("alpha") == best.at("values").at("model.alpha"));
  CHECK(json("runs/small/train/train.json").at("history").as_list().front().at("val").at("val_loss") == best.at("value"));
}

TEST_CASE_FIXTURE(ClosedFormFixture, "a closed form with another loss is a located mistake, in a search too") {
  workflow(closed + "[loss]\ntype = \"L1Loss\"\n");
  const std::string sentence = "LinearModel: solver = \"closed\" minimises the squared error: write loss.type = \"MSELoss\" with it, not ";
  const Finished refused = pipeline({"validate", "workflow.toml"});
  CHECK(refused.status == 2);
  CHECK_MESSAGE(contains(refused.err, "error: workflow.toml:30:8: " + sentence + "\"L1Loss\""), refused.err);
  CHECK(pipeline({"validate", "workflow.toml", "--set", "model.solver=gradient"}).status == 0);
  CHECK(pipeline({"validate", "workflow.toml", "--set", "loss.type=MSELoss"}).status == 0);

  workflow(closed + "[stages.optimize]\n[stages.optimize.search]\n\"loss.type\" = { choices = [\"MSELoss\", \"HuberLoss\"] }\n");
  const Finished searched = pipeline({"validate", "workflow.toml"});
  CHECK(searched.status == 2);
  CHECK_MESSAGE(contains(searched.err, "error: workflow.toml:31:1: search: loss.type: " + sentence + "\"HuberLoss\""), searched.err);
}

TEST_CASE_FIXTURE(ClosedFormFixture,
                  "a search that could draw a closed form with another loss is a located mistake, unless a condition keeps them apart") {
  const std::string sentence = "LinearModel: solver = \"closed\" minimises the squared error: write loss.type = \"MSELoss\" with it, not ";
  const std::string head =
      "[model]\ntype = \"LinearModel\"\n[stages.train]\n[stages.optimize]\nmonitor = \"val_mae\"\n[stages.optimize.search]\n";
  const auto validated = [&](const std::string& ranges) {
    workflow(head + ranges);
    return pipeline({"validate", "workflow.toml"});
  };
  const std::string solvers = "\"model.solver\" = [\"gradient\", \"closed\"]\n";
  const Finished both = validated(solvers + "\"loss.type\" = [\"MSELoss\", \"HuberLoss\"]\n");
  CHECK(both.status == 2);
  CHECK_MESSAGE(
      contains(both.err, "error: workflow.toml:18:1: search: loss.type: with model.solver = \"closed\", " + sentence + "\"HuberLoss\""),
      both.err);
  const Finished apart =
      validated(solvers + "\"loss.type\" = { choices = [\"MSELoss\", \"HuberLoss\"], when = { \"model.solver\" = \"gradient\" } }\n");
  CHECK_MESSAGE(apart.status == 0, apart.err);
  const Finished with_types = validated(
      "\"model.type\" = [\"LSTMModel\", \"LinearModel\"]\n\"model.solver\" = { choices = [\"gradient\", \"closed\"], when = { "
      "\"model.type\" = "
      "\"LinearModel\" } }\n\"loss.type\" = [\"MSELoss\", \"HuberLoss\"]\n");
  CHECK(with_types.status == 2);
  CHECK_MESSAGE(contains(with_types.err, "search: loss.type: with model.solver = \"closed\", " + sentence), with_types.err);
  const Finished quantiles = validated("\"loss.type\" = [\"MSELoss\", \"QuantileLoss\"]\n");
  CHECK_MESSAGE(contains(quantiles.err, "search: loss.type: LinearModel gives one value for each step, and QuantileLoss needs quantiles"),
                quantiles.err);
}

TEST_CASE_FIXTURE(ClosedFormFixture, "averaged weights that would begin after the one step leave the solution, aloud") {
  workflow(closed);
  REQUIRE(run({"--set", "callbacks=[]"}).status == 0);
  const double solved = mse(*this, "test");
  const Finished late = run({"--set", "callbacks=[{ type = \"EMAWeightAveraging\", update_starting_at_step = 1 }]"});
  REQUIRE_MESSAGE(late.status == 0, late.err);
  CHECK(mse(*this, "test") == solved);
  CHECK_MESSAGE(contains(late.err, "EMAWeightAveraging has averaged nothing: the training ended before its first update"), late.err);
  CHECK(run({"--set", "callbacks=[{ type = \"EMAWeightAveraging\" }]"}).status == 0);
  CHECK(mse(*this, "test") == solved);
}

TEST_CASE_FIXTURE(ClosedFormFixture, "a penalty without the closed form is a located mistake") {
  workflow("[model]\ntype = \"DLinearModel\"\nalpha = 2.0\n[stages.train]\n");
  const Finished refused = pipeline({"validate", "workflow.toml"});
  CHECK(refused.status == 2);
  CHECK_MESSAGE(contains(refused.err,
                         "error: workflow.toml:13:9: DLinearModel: solver = \"gradient\" takes its penalty from the optimizer (AdamW's "
                         "weight_decay): write alpha = 0.0 with it, not 2.0"),
                refused.err);
}

TEST_CASE_FIXTURE(ClosedFormFixture, "too few windows for their length end the training with the cure, which helps") {
  workflow(closed);
  const std::vector<std::string> longer{"--set", "stages.slice_windows.window=200"};
  const Finished refused = run(longer);
  CHECK(refused.status == 5);
  CHECK_MESSAGE(contains(refused.err, "solver = \"closed\" finds no unique weights: 78 training rows (windows times targets) leave "),
                refused.err);
  CHECK_MESSAGE(contains(refused.err, "Write alpha = 1.0 in [model], a ridge penalty, or shorten `window` of [stages.slice_windows]"),
                refused.err);
  std::vector<std::string> cured = longer;
  cured.insert(cured.end(), {"--set", "model.alpha=1.0"});
  CHECK(run(cured).status == 0);
}

TEST_CASE_FIXTURE(ClosedFormFixture, "a checkpoint to start from is said to change nothing") {
  workflow(closed);
  REQUIRE(run().status == 0);
  const double before = mse(*this, "test");
  const Finished ran = run({"--set", "stages.train.from_checkpoint=" + best_checkpoint()});
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  CHECK_MESSAGE(contains(ran.err, "from_checkpoint has no effect: the model computes its weights from the windows"), ran.err);
  CHECK(mse(*this, "test") == before);
}
