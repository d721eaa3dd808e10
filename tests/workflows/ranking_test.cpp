#include <doctest/doctest.h>

#include <string>

#include "workflows/uncertainty_fixture.h"

using pipeline::Value;

TEST_CASE("a list of models names each once, and options are of models in it") {
  const WorkflowFixture fixture;
  fixture.workflow("[stages.baselines]\nmodels = [\"Naive\", \"SES\", \"Naive\"]\noptions = { WindowAverage = { window_size = 8 } }\n");
  check_refused(fixture, "baselines: models names Naive twice: leave one out");
  check_refused(fixture,
                "baselines: options are given for WindowAverage, which models does not name: add it there, or leave the options out");
}

TEST_CASE("models are ranked by one measure, or by the one that is named") {
  const WorkflowFixture fixture;
  const std::string two = R"([model]
type = "NaiveModel"
[stages.train_a]
type = "train"
[stages.train_b]
type = "train"
loss = { type = "L1Loss" }
[stages.evaluate]
)";
  fixture.workflow(two);
  const Finished ranked = fixture.run();
  REQUIRE_MESSAGE(ranked.status == 0, ranked.err);
  CHECK(fixture.json("runs/small/evaluate/metrics.json").at("ranked_by").as_string() == "val_mase");
  CHECK(contains(ranked.err, "leads by val_mase"));
  const Finished refused = fixture.run({"--set", "stages.evaluate.rank_by=val_loss"});
  CHECK(refused.status == 2);
  CHECK(contains(refused.err,
                 "rank_by = \"val_loss\": train_a minimised MSELoss and train_b L1Loss, whose values do not compare: write rank_by = "
                 "\"auto\", or a metric that all models have, such as \"val_mase\""));
  const Finished none = fixture.run({"--set", "stages.evaluate.rank_by=wql"});
  CHECK(none.status == 2);
  CHECK(contains(none.err,
                 "rank_by = \"wql\": no model has a value of it on validation windows: write rank_by = \"auto\", or another metric"));
  CHECK(fixture.run({"--set", "stages.evaluate.rank_by=val_mae"}).status == 0);
  CHECK(fixture.json("runs/small/evaluate/metrics.json").at("ranked_by").as_string() == "val_mae");
  const Finished unknown = fixture.pipeline({"validate", "workflow.toml", "--set", "stages.evaluate.rank_by=val_masse"});
  CHECK(unknown.status == 2);
  const Finished coverage = fixture.pipeline({"validate", "workflow.toml", "--set", "stages.evaluate.rank_by=coverage_80"});
  CHECK(coverage.status == 2);  // a wide interval covers more
  CHECK(contains(coverage.err, "evaluate: rank_by is \"coverage_80\", which ranks no models"));
  CHECK(contains(unknown.err, "evaluate: rank_by is \"val_masse\", which ranks no models; did you mean \"val_mase\"?"));
  fixture.workflow("[stages.baselines]\nmodels = [\"Naive\", \"SES\"]\n[stages.evaluate]\nrank_by = \"val_loss\"\n");
  CHECK(contains(fixture.run().err, "rank_by = \"val_loss\": baselines/Naive was not trained and has no loss"));
  fixture.workflow("[stages.baselines]\nmodels = [\"Naive\", \"SES\"]\n[stages.evaluate]\n");
  REQUIRE(fixture.run().status == 0);
  CHECK(fixture.json("runs/small/evaluate/metrics.json").at("ranked_by").as_string() == "val_wql");  // all give the quantiles
}

TEST_CASE("every evaluation has the last season beside the last value") {
  const WorkflowFixture fixture;
  fixture.workflow("[model]\ntype = \"NaiveModel\"\n[stages.train]\n[stages.evaluate]\n[stages.visualize]\n");
  const Finished done = fixture.run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const Value metrics = fixture.json("runs/small/evaluate/metrics.json");
  CHECK(metrics.at("original").at("all").at("seasonal_mae").as_double() < metrics.at("original").at("all").at("naive_mae").as_double());
  CHECK(contains(done.err, "last season"));
  CHECK(contains(done.err, "does not beat repeating the last season, the better of the last value and the last season: test MAE"));
  CHECK(contains(fixture.read("runs/small/visualize/report.html"), "repeating the last season"));
}

TEST_CASE("without a scale unlike losses are ranked by the mean absolute error, and without validation by nothing, aloud") {
  const WorkflowFixture fixture;
  fixture.workflow("");
  REQUIRE(fixture.run({"--set", "stages.slice_windows.export=true"}).status == 0);
  fixture.write("workflow.toml", R"(name = "arrays"
threads = 1
[stages.slice_windows]
feature_path = "runs/small/slice_windows/X.npy"
target_path = "runs/small/slice_windows/y.npy"
[model]
type = "LSTMModel"
hidden_size = 4
num_layers = 1
[trainer]
max_epochs = 1
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
[stages.train_a]
type = "train"
[stages.train_b]
type = "train"
loss = { type = "L1Loss" }
[stages.evaluate]
)");
  const auto ranked_by = [&] { return fixture.json("runs/arrays/evaluate/metrics.json").at("ranked_by").as_string(); };
  const Finished unlike = fixture.run();
  REQUIRE_MESSAGE(unlike.status == 0, unlike.err);
  CHECK(ranked_by() == "val_mae");
  REQUIRE(fixture.run({"--set", "stages.train_b.loss.type=MSELoss"}).status == 0);
  CHECK(ranked_by() == "val_loss");

  fixture.workflow("[stages.baselines]\nmodels = [\"Naive\", \"SES\"]\n[stages.evaluate]\n");
  const Finished nothing = fixture.run({"--set", "split={ val = 0, test = 40 }"});
  REQUIRE_MESSAGE(nothing.status == 0, nothing.err);
  CHECK_MESSAGE(
      contains(nothing.err, "nothing on validation ranks the models: baselines/Naive leads as the first one; give val rows in `split`"),
      nothing.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "trials of unlike losses are compared by a metric that all have, or refused") {
  const auto validated = [&](const std::string& monitor, const std::string& range) {
    workflow("[model]\ntype = \"LinearModel\"\n[stages.train]\n[stages.optimize]\nn_trials = 2\n" + monitor + "[stages.optimize.search]\n" +
             range);
    return pipeline({"validate", "workflow.toml"});
  };
  const std::string losses = "\"loss.type\" = [\"MSELoss\", \"L1Loss\"]\n";
  const Finished refused = validated("", losses);
  CHECK(refused.status == 2);
  CHECK_MESSAGE(contains(refused.err,
                         "workflow.toml:17:1: search: loss.type changes what val_loss measures, so that trials do not compare: write "
                         "monitor = \"val_mae\", or another metric that no loss changes, in the stage that searches"),
                refused.err);
  const Finished delta = validated("monitor = \"train_loss\"\n", "\"loss.delta\" = { low = 0.1, high = 1.0 }\n");
  CHECK(delta.status == 2);
  CHECK(validated("monitor = \"val_mae\"\n", losses).status == 0);
  CHECK(run().status == 0);
}
