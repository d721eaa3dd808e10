#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "pipeline/data/predictions.h"
#include "workflows/uncertainty_fixture.h"

using pipeline::PredictionsReader;
using pipeline::Value;

TEST_CASE("a network of quantiles gives them to metrics, predictions.csv and predict, and its point is the median") {
  const WorkflowFixture fixture;
  fixture.workflow(network + loss("type = \"QuantileLoss\"") + "[stages.evaluate]\nquantiles = [0.1, 0.5, 0.9]\n");
  const Finished done = fixture.run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const Value metrics = fixture.json("runs/small/evaluate/metrics.json");
  const Value& all = metrics.at("original").at("all");
  for (const char* name :
       {"wql", "scrps", "crps", "sql", "coverage_80", "width_80", "winkler_80", "mase", "calibration", "calibration_0.1"})
    CHECK_MESSAGE(all.at(name).is_double(), name);
  CHECK(all.at("msis").is_null());  // it has no quantiles 0.025 and 0.975
  CHECK(metrics.at("naive_loss").is_double());
  CHECK(metrics.at("by_step").as_list()[2].at("coverage_80").is_double());
  PredictionsReader lines(fixture.path() / "runs/small/evaluate/predictions.csv");
  CHECK(lines.bands().quantile_levels == std::vector{0.1, 0.5, 0.9});
  while (lines.next()) {
    REQUIRE(lines.forecast(0) == lines.quantile(0, 1));
    REQUIRE(lines.quantile(0, 0) <= lines.quantile(0, 1));
    REQUIRE(lines.quantile(0, 1) <= lines.quantile(0, 2));
  }
  const Finished predicted = fixture.pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  CHECK(contains(predicted.out, "origin,time,step,load_pred,load_q0.1,load_q0.5,load_q0.9\n"));
}

TEST_CASE("a model that lacks a quantile has no wql, and is told so") {
  const WorkflowFixture fixture;
  fixture.workflow(network + loss("type = \"QuantileLoss\"") + "[stages.evaluate]\n");
  const Finished done = fixture.run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err,
                 "train gives the quantiles 0.1, 0.5, 0.9, not all that `quantiles` of this stage asks for: it has no wql, sql, scrps "
                 "and crps"));
  CHECK(fixture.json("runs/small/evaluate/metrics.json").at("original").at("all").at("wql").is_null());
  CHECK(fixture.json("runs/small/evaluate/metrics.json").at("original").at("all").at("coverage_80").is_double());
}

TEST_CASE("a distribution gives every quantile that is asked for, with and without a window_norm") {
  const WorkflowFixture fixture;
  for (const char* norm : {"none", "last", "standard"}) {
    for (const char* type : {"NormalLoss", "LaplaceLoss", "StudentTLoss"}) {
      CAPTURE(type);
      fixture.workflow(network + loss("type = \"" + std::string(type) + "\"") + "[stages.evaluate]\n");
      const Finished done = fixture.run({"--set", std::string("stages.slice_windows.window_norm=") + norm});
      REQUIRE_MESSAGE(done.status == 0, done.err);
      const Value metrics = fixture.json("runs/small/evaluate/metrics.json");
      CHECK(metrics.at("original").at("all").at("wql").as_double() < 0.5);
      CHECK(metrics.at("test_loss").is_double());
      CHECK(metrics.at("naive_loss").is_null());  // repeating a value is no distribution
    }
  }
  const Finished predicted = fixture.pipeline(
      {"predict", "--checkpoint", fixture.json("runs/small/train/train.json").at("last").as_string(), "--input", "small.csv"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  CHECK(contains(predicted.out, "load_q0.1,load_q0.2,load_q0.3,load_q0.4,load_q0.5,load_q0.6,load_q0.7,load_q0.8,load_q0.9\n"));
}

TEST_CASE("counts are forecast where nothing scales them") {
  const WorkflowFixture fixture;
  fixture.write("small.csv", with_load(300, [](int row) { return std::to_string(row * 37 % 11 / (1 + row % 3)); }));
  for (const char* type : {"PoissonLoss", "NegativeBinomialLoss"}) {
    fixture.workflow(network + loss("type = \"" + std::string(type) + "\"") + "[stages.evaluate]\n",
                     "target = [\"load\"]\nscaler = \"none\"");
    const Finished done = fixture.run({"--set", "stages.slice_windows.window_norm=mean_abs"});
    REQUIRE_MESSAGE(done.status == 0, done.err);
    PredictionsReader lines(fixture.path() / "runs/small/evaluate/predictions.csv");
    while (lines.next()) REQUIRE(lines.forecast(0) == std::round(lines.forecast(0)));
  }
}

TEST_CASE("losses of counts refuse what changes the counts") {
  const WorkflowFixture fixture;
  const std::string tables = network + loss("type = \"NegativeBinomialLoss\"");
  fixture.workflow(tables);
  check_refused(fixture,
                "NegativeBinomialLoss is of counts, and stage \"preprocess\" scales them (scaler = \"standard\"): write scaler = \"none\" "
                "there, and window_norm = \"mean_abs\" in stage \"slice_windows\"");
  fixture.workflow(tables, "target = [\"load\"]\nscaler = \"none\"\ntransform = { load = \"log\" }");
  check_refused(fixture, "NegativeBinomialLoss is of counts, and the target \"load\" has transform \"log\": leave it out");
  fixture.workflow(tables, "target = [\"load\"]\nscaler = \"none\"");
  const Finished done = fixture.pipeline({"validate", "workflow.toml", "--set", "stages.slice_windows.window_norm=last"});
  CHECK(done.status == 2);
  CHECK(contains(done.err,
                 "NegativeBinomialLoss is of counts, and window_norm = \"last\" of stage \"slice_windows\" shifts them: write \"mean_abs\" "
                 "or \"none\""));
}

TEST_CASE("quantiles of differences over several steps are refused, with the way to intervals") {
  const WorkflowFixture fixture;
  fixture.workflow(network + loss("type = \"QuantileLoss\""), "target = [\"load\"]\ntransform = { load = \"diff\" }");
  check_refused(
      fixture,
      "workflow.toml:22:8: QuantileLoss forecasts quantiles of each step, and the target \"load\" has transform \"diff\": quantiles of "
      "its differences do not add up to those of its levels over 3 steps; take a loss of one value, such as MSELoss, and get "
      "intervals around its forecasts with intervals = { method = \"conformal\" } in [stages.evaluate]");
  const Finished one = fixture.pipeline({"validate", "workflow.toml", "--set", "stages.slice_windows.horizon=1"});
  CHECK_MESSAGE(one.status == 0, one.err);
}

TEST_CASE("a model of one value is refused before the run, and offered intervals") {
  const WorkflowFixture fixture;
  const std::string cure =
      "choose a model that does, such as LSTMModel, or keep a loss of one value and get intervals around its forecasts with intervals = { "
      "method = \"conformal\" } in [stages.evaluate]";
  const auto with_model = [&](const std::string& model, const std::string& type) {
    fixture.workflow("[model]\ntype = \"" + model + "\"\n[stages.train]\n" + loss("type = \"" + type + "\"") + "[stages.evaluate]\n");
  };
  with_model("NaiveModel", "QuantileLoss");
  check_refused(fixture, "workflow.toml:15:8: NaiveModel gives one value for each step, and QuantileLoss needs quantiles: " + cure);
  with_model("DLinearModel", "NormalLoss");
  check_refused(fixture, "workflow.toml:15:8: DLinearModel gives one value for each step, and NormalLoss needs a distribution: " + cure);
  with_model("DLinearModel", "PinballLoss");  // it is of one value
  CHECK(fixture.pipeline({"validate", "workflow.toml"}).status == 0);
  with_model("LSTMModel", "QuantileLoss");  // the first cure
  CHECK(fixture.pipeline({"validate", "workflow.toml"}).status == 0);
  with_model("DLinearModel", "MSELoss");  // the second
  CHECK(fixture.pipeline({"validate", "workflow.toml", "--set", "stages.evaluate.intervals={ method = \"conformal\" }"}).status == 0);
}

TEST_CASE("a plugin's model that does not say what it gives is refused by the run") {
  const WorkflowFixture fixture;
  fixture.workflow("[model]\ntype = \"PeekingModel\"\n[stages.train]\n" + loss("type = \"QuantileLoss\""));
  const std::vector<std::string> plugins{"--plugin-path", BUILD_DIR "/tests/plugins/peeking_model"};
  CHECK(fixture.pipeline({"validate", "workflow.toml", plugins[0], plugins[1]}).status == 0);
  const Finished done = fixture.run(plugins);
  CHECK(done.status == 2);
  CHECK_MESSAGE(contains(done.err,
                         "PeekingModel gives one value for each step where QuantileLoss needs 3 quantiles: choose a model that "
                         "does, such as LSTMModel, or keep a loss of one value"),
                done.err);
}

TEST_CASE("a target may have any name that is no heading of a band that the workflow writes") {
  const WorkflowFixture fixture;
  std::string csv = fixture.read("small.csv");
  csv.replace(0, csv.find('\n'), "time,load,load_lo_2");
  fixture.write("small.csv", csv);
  const auto with_tables = [&](const std::string& tables) {
    fixture.workflow(tables, "target = [\"load\", \"load_lo_2\"]");
    std::string text = fixture.read("workflow.toml");
    const std::size_t features = text.find("\"heat\"");
    text.replace(features, 6, "\"load_lo_2\"");
    fixture.write("workflow.toml", text);
  };
  const std::string naive = "[stages.baselines]\nmodels = [\"Naive\"]\n[stages.evaluate]\n";
  with_tables(naive + "intervals = { levels = [80] }\n");
  const Finished done = fixture.run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  PredictionsReader lines(fixture.path() / "runs/small/evaluate/predictions.csv");
  CHECK(lines.targets() == std::vector<std::string>{"load", "load_lo_2"});
  CHECK(lines.bands().interval_levels == std::vector{80.0});
  with_tables(naive + "intervals = { levels = [2, 80] }\n");
  check_refused(fixture,
                "the target \"load_lo_2\" has the heading that a quantile or an interval of the target \"load\" has in predictions.csv: "
                "rename the column in the source file");
}

TEST_CASE("levels of quantiles ascend") {
  const WorkflowFixture fixture;
  fixture.workflow("[stages.baselines]\nquantiles = [0.1, 0.9, 0.5]\n[stages.evaluate]\nquantiles = [0.5, 0.5]\n");
  check_refused(fixture, "baselines: quantiles must ascend: 0.5 comes after 0.9");
  check_refused(fixture, "evaluate: quantiles must ascend: 0.5 comes after 0.5");
  fixture.workflow("[stages.baselines]\n[stages.evaluate]\nintervals = { levels = [0.8, 0.95] }\n");
  check_refused(fixture, "evaluate: levels of intervals are per cent: write 80, not 0.8");
  fixture.workflow(network + loss("type = \"QuantileLoss\"\nquantiles = [0.9, 0.1]"));
  check_refused(fixture, "QuantileLoss: quantiles must ascend: 0.1 comes after 0.9");
  fixture.workflow(network + loss("type = \"QuantileLoss\"\nquantiles = [0.1, 0.9]"));
  check_refused(fixture, "QuantileLoss: quantiles lack 0.5, the median, which is the forecast itself: add it");
}

TEST_CASE("a local forecaster needs the target's past") {
  const WorkflowFixture fixture;
  fixture.workflow("[stages.baselines]\nmodels = [\"Naive\"]\n[stages.evaluate]\n");
  std::string workflow = fixture.read("workflow.toml");
  workflow.replace(workflow.find("\"load\", \"heat\""), 14, "\"heat\"");
  fixture.write("workflow.toml", workflow);
  REQUIRE(fixture.run().status == 0);
  std::string csv = "time,heat,load\n";
  for (int row = 0; row < 30; ++row) {
    char line[48];
    std::snprintf(line, sizeof(line), "2024-03-%02d %02d:00:00,20,\n", 1 + row / 24, row % 24);
    csv += line;
  }
  fixture.write("new.csv", csv);
  const Finished predicted = fixture.pipeline({"predict", "--workflow", "workflow.toml", "--input", "new.csv"});
  CHECK(predicted.status == 4);
  CHECK_MESSAGE(
      contains(predicted.err, "new.csv: column \"load\" has a row without a value before the forecast, which Naive continues: fill it in"),
      predicted.err);
}
