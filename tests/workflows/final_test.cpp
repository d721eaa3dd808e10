// The stage `final`: the chosen model on all rows.
#include <doctest/doctest.h>

#include <cmath>
#include <csignal>
#include <sstream>

#include "pipeline/data/final_record.h"
#include "pipeline/data/format.h"
#include "workflows/workflow_fixture.h"

namespace {

const std::string with_final = std::string(small_training) + "[stages.final]\n";

/// Mean and population deviation of a column of small.csv, over all its rows.
std::pair<double, double> moments_of(const std::string& csv, std::size_t column) {
  std::istringstream rows(csv);
  std::string line;
  std::getline(rows, line);
  double sum = 0, squares = 0, count = 0;
  while (std::getline(rows, line)) {
    std::istringstream cells(line);
    std::string cell;
    for (std::size_t i = 0; i <= column; ++i) std::getline(cells, cell, ',');
    const double value = std::stod(cell);
    sum += value, squares += value * value, ++count;
  }
  return {sum / count, std::sqrt(squares / count - (sum / count) * (sum / count))};
}

pipeline::Value checkpoint_of(const WorkflowFixture& at, const std::string& file) {
  const Finished shown = at.pipeline({"checkpoint", "show", file, "--json"});
  REQUIRE_MESSAGE(shown.status == 0, shown.err);
  return pipeline::from_json(shown.out, "checkpoint show");
}

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "final trains the chosen network on all rows, scaled by all rows, for as many steps") {
  workflow(with_final);
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const pipeline::FinalRecord record = pipeline::read_final(path() / "runs/small/final");
  CHECK(record.stage == "train");
  CHECK(record.measured == best_checkpoint());
  CHECK(record.rows == 400);
  CHECK(record.windows == 400 - 24 - 3 + 1);
  const pipeline::Value measured = checkpoint_of(*this, best_checkpoint()), trained = checkpoint_of(*this, record.checkpoint);
  CHECK(record.steps == measured.at("global_step").as_int());
  CHECK(trained.at("global_step").as_int() == record.steps);
  // 254 training windows are 8 batches of 32, and 374 are 12.
  CHECK(record.measured_epochs == doctest::Approx(static_cast<double>(record.steps) / 8));
  CHECK(record.epochs == doctest::Approx(static_cast<double>(record.steps) / 12));
  CHECK(contains(done.err, "evaluate chose train (LSTMModel): it is trained once more, on all rows and without validation"));
  CHECK(contains(done.err, "trained on 374 windows of all 400 rows for " + pipeline::format_count(record.steps) + " steps, which are"));
  CHECK_FALSE(exists("runs/small/final/anew"));

  const auto columns = trained.at("pipeline").at("series").at("columns").as_list();
  for (std::size_t i = 0; i < 2; ++i) {
    const auto [mean, deviation] = moments_of(read("small.csv"), i + 1);
    CHECK(columns[i].at("center").as_double() == doctest::Approx(mean).epsilon(1e-12));
    CHECK(columns[i].at("scale").as_double() == doctest::Approx(deviation).epsilon(1e-9));
  }
  CHECK(contains(run().err, "[final] up to date"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "predict takes what final trained, says so, and tells by name what is stale") {
  workflow(with_final);
  REQUIRE(run().status == 0);
  const auto predict = [&](std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"predict", "--workflow", "workflow.toml", "--input", "small.csv"});
    return pipeline(more);
  };
  const std::string trained = pipeline::read_final(path() / "runs/small/final").checkpoint;
  const Finished next = predict();
  REQUIRE_MESSAGE(next.status == 0, next.err);
  CHECK(contains(next.err,
                 "model: " + trained + ", of stage final: the model of stage train, which evaluate chose, trained on all 400 rows"));
  CHECK(next.out == pipeline({"predict", "--checkpoint", trained, "--input", "small.csv"}).out);
  CHECK(predict({"--stage", "final"}).out == next.out);
  const Finished measured = predict({"--stage", "train"});
  CHECK(contains(measured.err, "model: " + best_checkpoint()));
  CHECK(measured.out == pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "small.csv"}).out);

  const std::string final_json = read("runs/small/final/final.json");
  const auto with = [&](const std::string& old, const std::string& now) {
    std::string changed = final_json;
    changed.replace(changed.find(old), old.size(), now);
    write("runs/small/final/final.json", changed);
    return predict().err;
  };
  CHECK(contains(with("\"train\"", "\"other\""),
                 "warning: stage final is stale, of other, and train was chosen since: train is taken as it was "
                 "measured. `pipeline run "));
  CHECK(contains(with(best_checkpoint(), "/elsewhere.ckpt"),
                 "warning: stage final is stale, of another training of train (/elsewhere.ckpt)"));
  std::filesystem::remove(path() / "runs/small/final/final.json");
  CHECK(contains(predict().err, "warning: stage final has not run yet: train is taken as it was measured"));
  write("runs/small/final/final.json", final_json);
  std::filesystem::remove(trained);
  const Finished gone = predict();
  CHECK(gone.status == 2);
  CHECK(contains(gone.err, "the checkpoint of stage \"final\" is gone"));
  CHECK(run().status == 0);  // the cure
  CHECK(predict().status == 0);
}

TEST_CASE_FIXTURE(WorkflowFixture, "after another training final is stale until it runs again") {
  workflow(with_final);
  REQUIRE(run().status == 0);
  REQUIRE(run({"--until", "evaluate", "--set", "optimizer.lr=0.02"}).status == 0);
  const Finished stale = pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv"});
  CHECK(contains(stale.err, "stage final is stale, of another training of train"));
  const Finished alone = run({"--stage", "final"});
  CHECK(alone.status == 2);
  CHECK(contains(alone.err,
                 "the workflow or its results have changed since stage \"train\" ran: [train] optimizer.lr changed from 0.02 to "
                 "0.01. Leave out --stage final to run what has changed first"));
  REQUIRE(run().status == 0);  // the cure
  const Finished fresh = pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv"});
  CHECK(contains(fresh.err, "of stage final"));
  CHECK_FALSE(contains(fresh.err, "warning"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "final leaves out what watches validation, and refuses a schedule that does") {
  workflow(with_final + "[[callbacks]]\ntype = \"EarlyStopping\"\nmonitor = \"val_loss\"\npatience = 1\n");
  const Finished stopped = run();
  CHECK_MESSAGE(stopped.status == 0, stopped.err);
  workflow(with_final + "[scheduler]\ntype = \"ReduceLROnPlateau\"\n");
  const Finished refused = run();
  CHECK(refused.status == 2);
  CHECK(contains(refused.err,
                 "stage \"final\": [scheduler] ReduceLROnPlateau follows val_loss, which a training on all rows does not measure: "
                 "train with a scheduler that follows no metric, such as CosineAnnealingLR, or leave this stage out"));
  workflow(with_final + "[scheduler]\ntype = \"CosineAnnealingLR\"\nT_max = 0\n");
  const Finished cured = run();
  CHECK_MESSAGE(cured.status == 0, cured.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a model with a closed form is solved on all rows") {
  workflow("[model]\ntype = \"LinearModel\"\nsolver = \"closed\"\nalpha = 1.0\n[stages.train]\n[stages.evaluate]\n[stages.final]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err, "solved on 374 windows of all 400 rows; predict takes it. No row is left to measure it on"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "where a local model was chosen there is nothing to train, as predict fits it anew") {
  workflow("[stages.baselines]\nmodels = [\"SeasonalNaive\"]\n[stages.evaluate]\n[stages.final]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err,
                 "evaluate chose baselines/SeasonalNaive, which has no checkpoint: there is nothing to train here. predict fits it to "
                 "all rows of its input"));
  const Finished next = pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv"});
  CHECK_MESSAGE(next.status == 0, next.err);
  CHECK_FALSE(contains(next.err, "stale"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "final takes the best values of a search, those of the slicing too, and each series of a panel") {
  workflow(with_final + R"([stages.optimize]
n_trials = 2
trainer.max_epochs = 1
[stages.optimize.search]
"slice_windows.window" = { low = 12, high = 18, step = 6 }
)");
  const Finished searched = run();
  REQUIRE_MESSAGE(searched.status == 0, searched.err);
  const pipeline::FinalRecord record = pipeline::read_final(path() / "runs/small/final");
  const auto window = checkpoint_of(*this, record.checkpoint).at("pipeline").at("window").as_int();
  CHECK(window <= 18);
  CHECK(record.windows == 400 - window - 3 + 1);

  std::string csv = "id,time,load\n";
  for (const char* id : {"a", "b"}) {
    for (int row = 0; row < 120; ++row)
      csv += std::string(id) + ",2024-01-" + (row < 216 ? (row / 24 + 1 < 10 ? "0" : "") : "") + std::to_string(row / 24 + 1) + " " +
             (row % 24 < 10 ? "0" : "") + std::to_string(row % 24) + ":00:00," + std::to_string(10 + row % 24 + (*id == 'b' ? 100 : 0)) +
             "\n";
  }
  write("panel.csv", csv);
  write("panel.toml", std::string(R"(name = "panel"
threads = 1
split = { val = 24, test = 24 }
[stages.preprocess]
source = "panel.csv"
time_column = "time"
series_column = "id"
features = ["load"]
target = ["load"]
[stages.slice_windows]
window = 24
horizon = 3
)") + with_final);
  const Finished panel = pipeline({"run", "panel.toml"});
  REQUIRE_MESSAGE(panel.status == 0, panel.err);
  const pipeline::FinalRecord of_panel = pipeline::read_final(path() / "runs/panel/final");
  CHECK(of_panel.rows == 240);
  CHECK(of_panel.windows == 2 * (120 - 24 - 3 + 1));
}

TEST_CASE_FIXTURE(WorkflowFixture, "SIGTERM while final trains is an interrupted run, and the next one begins the training again") {
  workflow(with_final);
  REQUIRE(run({"--until", "evaluate", "--set", "trainer.max_epochs=100"}).status == 0);
  Program program(std::filesystem::path(BUILD_DIR) / "bin" / "pipeline", {"run", "workflow.toml", "--set", "trainer.max_epochs=100"},
                  path());
  REQUIRE_MESSAGE(program.says("it is trained once more"), program.err_so_far());
  program.signal(SIGTERM);
  const Finished end = program.wait();
  CHECK_MESSAGE(end.status == 143, end.err);
  CHECK_FALSE(exists("runs/small/final"));
  const Finished runs = pipeline({"runs", "workflow.toml", "--json"});
  CHECK_MESSAGE(contains(runs.out, "\"status\": \"interrupted\""), runs.out);
  CHECK(run({"--set", "trainer.max_epochs=100"}).status == 0);
}
