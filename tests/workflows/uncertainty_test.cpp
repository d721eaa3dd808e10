#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "pipeline/data/predictions.h"
#include "workflows/workflow_fixture.h"

using pipeline::PredictionsReader;
using pipeline::Value;

namespace {

const std::string network = R"([model]
type = "LSTMModel"
hidden_size = 8
num_layers = 1
[trainer]
max_epochs = 2
[optimizer]
lr = 0.01
[stages.train]
)";

/// small.csv with another load.
std::string with_load(int rows, const auto& load) {
  std::string csv = "time,load,heat\n";
  for (int row = 0; row < rows; ++row) {
    char time[32];
    std::snprintf(time, sizeof(time), "2024-01-%02d %02d:00:00", 1 + row / 24, row % 24);
    csv += time + ("," + load(row)) + ",20\n";
  }
  return csv;
}

std::string loss(const std::string& table) { return "[loss]\n" + table + "\n"; }

void check_refused(const WorkflowFixture& fixture, const std::string& sentence) {
  const Finished done = fixture.pipeline({"validate", "workflow.toml"});
  CHECK(done.status == 2);
  CHECK_MESSAGE(contains(done.err, sentence), done.err);
}

}  // namespace

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

TEST_CASE("a model that ends in no ForecastHead is offered intervals") {
  const WorkflowFixture fixture;
  fixture.workflow("[model]\ntype = \"NaiveModel\"\n[stages.train]\n" + loss("type = \"QuantileLoss\""));
  const Finished done = fixture.run();
  CHECK(done.status == 2);
  CHECK_MESSAGE(contains(done.err,
                         "NaiveModel gives one value for each step where QuantileLoss needs 3 quantiles: choose a model that does, such as "
                         "LSTMModel, or keep a loss of one value and get intervals around its forecasts with intervals = { method = "
                         "\"conformal\" } in [stages.evaluate]"),
                done.err);
}

TEST_CASE("levels of quantiles ascend") {
  const WorkflowFixture fixture;
  fixture.workflow("[stages.baselines]\nquantiles = [0.1, 0.9, 0.5]\n[stages.evaluate]\nquantiles = [0.5, 0.5]\n");
  check_refused(fixture, "baselines: quantiles must ascend: 0.5 comes after 0.9");
  check_refused(fixture, "evaluate: quantiles must ascend: 0.5 comes after 0.5");
  fixture.workflow(network + loss("type = \"QuantileLoss\"\nquantiles = [0.9, 0.1]"));
  check_refused(fixture, "QuantileLoss: quantiles must ascend: 0.1 comes after 0.9");
  fixture.workflow(network + loss("type = \"QuantileLoss\"\nquantiles = [0.1, 0.9]"));
  check_refused(fixture, "QuantileLoss: quantiles lack 0.5, the median, which is the forecast itself: add it");
}

TEST_CASE("a list of models names each once, and options are of models in it") {
  const WorkflowFixture fixture;
  fixture.workflow("[stages.baselines]\nmodels = [\"Naive\", \"SES\", \"Naive\"]\noptions = { WindowAverage = { window_size = 8 } }\n");
  check_refused(fixture, "baselines: models names Naive twice: leave one out");
  check_refused(fixture,
                "baselines: options are given for WindowAverage, which models does not name: add it there, or leave the options out");
}

TEST_CASE("conformal intervals stand in every file, and predict gives them") {
  const WorkflowFixture fixture;
  fixture.workflow("[stages.baselines]\nmodels = [\"Naive\", \"WindowAverage\"]\n" + network +
                   "[stages.evaluate]\nintervals = { method = \"conformal\" }\n");
  const Finished done = fixture.run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const Value metrics = fixture.json("runs/small/evaluate/metrics.json");
  for (const char* model : {"train", "baselines/Naive", "baselines/WindowAverage"}) {
    CAPTURE(model);
    const Value& all = metrics.at("models").at(model).at("original").at("all");
    CHECK(all.at("coverage_80").as_double() > 0.5);
    CHECK(all.at("coverage_95").as_double() >= all.at("coverage_80").as_double());
    CHECK(all.at("msis").is_double());
    CHECK(
        contains(done.err, std::string(model) + (std::string(model) == "train" ? " (LSTMModel)" : "") + ": the intervals of 80 % cover "));
  }
  CHECK(fixture.json("runs/small/evaluate/conformal.json").at("models").as_map().size() == 3);
  const std::string name = metrics.at("files").at("predictions").at("test").as_string();
  PredictionsReader lines(fixture.path() / "runs/small/evaluate" / name);
  CHECK(lines.bands().interval_levels == std::vector{80.0, 95.0});
  double inside = 0, count = 0;
  while (lines.next()) {
    REQUIRE(lines.lower(0, 1) <= lines.lower(0, 0));
    inside += lines.lower(0, 0) <= lines.truth(0) && lines.truth(0) <= lines.upper(0, 0) ? 1 : 0;
    ++count;
  }
  CHECK(metrics.at("original").at("all").at("coverage_80").as_double() == doctest::Approx(inside / count).epsilon(1e-12));
  const Finished predicted = fixture.pipeline({"predict", "--workflow", "workflow.toml", "--stage", "train", "--input", "small.csv"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  CHECK(contains(predicted.out, "origin,time,step,load_pred,load_lo_80,load_hi_80,load_lo_95,load_hi_95\n"));
}

TEST_CASE("too few windows for a level are counted before the run, and by it where only it can") {
  const WorkflowFixture fixture;
  const std::string tables = "[stages.baselines]\nmodels = [\"Naive\"]\n[stages.evaluate]\nintervals = { levels = [80, 95] }\n";
  fixture.workflow(tables);
  const Finished counted = fixture.pipeline({"validate", "workflow.toml", "--set", "split=[300, 20, 80]"});
  CHECK(counted.status == 2);
  CHECK(contains(counted.err,
                 "evaluate: intervals: level 95 needs 19 windows, and the val split has at most 18: give val more rows in `split`, "
                 "pool the steps (by = \"target\"), or ask for a lower level"));
  CHECK(fixture.pipeline({"validate", "workflow.toml", "--set", "split=[300, 21, 79]"}).status == 0);
  const Finished tails = fixture.pipeline({"validate", "workflow.toml", "--set", "split={ val = 20, test = 20 }"});
  CHECK(contains(tails.err, "level 95 needs 19 windows, and the val split has at most 18"));
  const Finished shares = fixture.pipeline({"validate", "workflow.toml", "--set", "split=[0.9, 0.05, 0.05]"});
  CHECK(contains(shares.err, "level 95 needs 19 windows, and the val split has at most 18"));
  // What is missing in the data is not known before.
  fixture.write("small.csv",
                with_load(400, [](int row) { return row >= 302 && row < 308 ? std::string("NA") : std::to_string(row % 24); }));
  fixture.workflow(tables, "target = [\"load\"]\nmissing = \"forward_fill\"");
  const Finished done = fixture.run({"--set", "split=[300, 21, 79]"});
  CHECK(done.status == 4);
  CHECK_MESSAGE(contains(done.err,
                         "intervals: level 95 needs 19 windows, and the val split has 13 for step 1 of load: give val more rows in "
                         "`split`, pool the steps (by = \"target\"), or ask for a lower level"),
                done.err);
}

TEST_CASE("intervals have a table, with names and levels that make sense") {
  const WorkflowFixture fixture;
  const std::string tables = "[stages.baselines]\nmodels = [\"Naive\"]\n[stages.evaluate]\nintervals = ";
  fixture.workflow(tables + "\"conformal\"\n");
  check_refused(fixture, "evaluate: intervals is a table: write intervals = { method = \"conformal\", levels = [80, 95] }");
  fixture.workflow(tables + "{ level = [80], by = \"window\" }\n");
  check_refused(fixture, "did you mean \"levels\"?");
  check_refused(fixture, "by takes one of step, target, series");
  fixture.workflow(tables + "{ levels = [95, 80] }\n");
  check_refused(fixture, "evaluate: levels of intervals must ascend: 80 comes after 95");
  fixture.workflow(tables + "{ levels = [120] }\n");
  check_refused(fixture, "levels takes");
}

TEST_CASE("a level that quantiles cannot bound names those that are needed") {
  const WorkflowFixture fixture;
  fixture.workflow(network + loss("type = \"QuantileLoss\"") + "[stages.evaluate]\nintervals = { levels = [80, 95] }\n");
  check_refused(fixture,
                "evaluate: intervals: level 95 lies around the quantiles of the forecast, and QuantileLoss of stage \"train\" lacks 0.025 "
                "and 0.975: add to its quantiles, or leave the level out");
  const Finished done = fixture.run({"--set", "stages.evaluate.intervals.levels=[80]"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const Value intervals = fixture.json("runs/small/evaluate/conformal.json").at("models").at("train");
  CHECK(intervals.at("around").as_string() == "quantiles");
  CHECK(fixture.json("runs/small/evaluate/metrics.json").at("original").at("all").at("coverage_80").as_double() > 0.4);
}

TEST_CASE("intervals of a model that was trained before, and files of another one, are refused in words") {
  const WorkflowFixture fixture;
  fixture.workflow(network + loss("type = \"QuantileLoss\"") + "[stages.evaluate]\nintervals = { levels = [80] }\n");
  REQUIRE(fixture.run().status == 0);
  const std::string file = "runs/small/evaluate/conformal.json", good = fixture.read(file);
  const auto predicted = [&] { return fixture.pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv"}); };
  std::string other = good;
  other.replace(other.find("\"horizon\": 3"), 12, "\"horizon\": 2");
  fixture.write(file, other);  // by step it would have fewer distances
  CHECK(predicted().status == 4);
  CHECK(contains(predicted().err,
                 "conformal.json is damaged: the distances of intervals do not fit their levels and groups; run the stage that "
                 "writes it again (--from evaluate --force)"));
  other = good;
  other.replace(other.find("\"load\""), 6, "\"heat\"");
  fixture.write(file, other);
  CHECK(predicted().status == 4);
  CHECK(contains(predicted().err,
                 "conformal.json: the intervals of train are of another model: run the stage that writes them again, with --from "
                 "evaluate"));
  const Finished older =
      fixture.run({"--stage", "evaluate", "--set", "loss.quantiles=[0.025, 0.5, 0.975]", "--set", "stages.evaluate.intervals.levels=[95]"});
  CHECK(older.status == 2);
  CHECK(contains(older.err,
                 "intervals lie around the quantiles of the forecast, and train lacks those at 0.025 and 0.975: add them to its "
                 "quantiles, or leave these levels out"));
}

TEST_CASE("intervals need units") {
  const WorkflowFixture fixture;
  fixture.workflow("");
  REQUIRE(fixture.run({"--set", "stages.slice_windows.export=true"}).status == 0);
  fixture.write("workflow.toml", R"(name = "arrays"
threads = 1
[stages.slice_windows]
feature_path = "runs/small/slice_windows/X.npy"
target_path = "runs/small/slice_windows/y.npy"
)" + network + "[stages.evaluate]\nintervals = {}\n");
  const Finished done = fixture.run();
  CHECK(done.status == 2);
  CHECK_MESSAGE(contains(done.err, "intervals are in the units of the data, which windows made elsewhere do not have: leave intervals out"),
                done.err);
}

TEST_CASE("series share distances, and one that was not evaluated has those of the others or none") {
  const WorkflowFixture fixture;
  const auto panel = [](std::vector<std::string> ids, int days) {
    std::string csv = "id,day,y\n";
    for (std::size_t s = 0; s < ids.size(); ++s) {
      for (int day = 0; day < days; ++day) {
        char line[64];
        std::snprintf(line, sizeof(line), "%s,2024-%02d-%02d,%d\n", ids[s].c_str(), 1 + day / 28, 1 + day % 28,
                      static_cast<int>(s + 1) * (day * 37 % 17));
        csv += line;
      }
    }
    return csv;
  };
  fixture.write("panel.csv", panel({"a", "b", "c"}, 28));
  const std::string workflow = R"(name = "panel"
threads = 1
split = { val = 8, test = 4 }
[stages.preprocess]
source = "panel.csv"
time_column = "day"
series_column = "id"
features = ["y"]
target = ["y"]
[stages.slice_windows]
window = 3
horizon = 2
[stages.baselines]
models = ["Naive"]
quantiles = [0.2, 0.8]
[stages.evaluate]
intervals = { levels = [80], by = ")";
  fixture.write("workflow.toml", workflow + "step\" }\n");
  const Finished done = fixture.run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const Value intervals = fixture.json("runs/panel/evaluate/conformal.json").at("models").at("baselines/Naive");
  CHECK(intervals.at("ids").as_list().size() == 3);
  CHECK(intervals.at("scales").as_list().size() == 3);
  CHECK(intervals.at("lower").as_list().size() == 2);  // of two steps, for all series
  fixture.write("new.csv", panel({"a", "d"}, 20));
  const Finished predicted = fixture.pipeline({"predict", "--workflow", "workflow.toml", "--input", "new.csv"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  CHECK_MESSAGE(
      contains(predicted.err, "1 series was not evaluated, and its intervals are those of the others, in units of its own changes: d"),
      predicted.err);
  CHECK(contains(predicted.out, "id,origin,time,step,y_pred,"));
  CHECK_FALSE(contains(predicted.out, ",,\n"));
  CHECK(
      contains(done.err, "the intervals of baselines/Naive lie around the point forecast, without quantiles at 0.1 and 0.9: `quantiles`"));
  fixture.write("flat.csv", "id,day,y\ne,2024-01-01,4\ne,2024-01-02,4\ne,2024-01-03,4\ne,2024-01-04,4\n");
  const Finished flat = fixture.pipeline({"predict", "--workflow", "workflow.toml", "--input", "flat.csv"});
  CHECK_MESSAGE(contains(flat.err, "1 series was not evaluated, and its forecast has no intervals: e"), flat.err);
  CHECK(contains(flat.out, ",,\n"));
  fixture.write("workflow.toml", workflow + "series\" }\n");
  REQUIRE_MESSAGE(fixture.run().status == 0, "by series");
  const Finished by_series = fixture.pipeline({"predict", "--workflow", "workflow.toml", "--input", "new.csv"});
  CHECK(contains(by_series.err, "1 series was not evaluated, and its forecast has no intervals: d"));
  CHECK(fixture.json("runs/panel/evaluate/conformal.json").at("models").at("baselines/Naive").at("lower").as_list().size() == 3);
  const Finished none = fixture.run({"--set", "split={ val = 0, test = 4 }", "--set", "stages.evaluate.intervals.by=step"});
  CHECK(none.status == 4);
  CHECK_MESSAGE(
      contains(none.err, "intervals are made from the errors on the windows of the val split, which has none: give it rows in `split`"),
      none.err);
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

TEST_CASE("a distribution has the quantiles at the ends of every interval") {
  const WorkflowFixture fixture;
  fixture.workflow(network + loss("type = \"NormalLoss\"") +
                   "[stages.evaluate]\nquantiles = [0.1, 0.5, 0.9]\nintervals = { levels = [80, 95] }\n");
  const Finished done = fixture.run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(fixture.json("runs/small/evaluate/metrics.json").at("original").at("all").at("wql").is_double());
  const Finished predicted = fixture.pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  CHECK(contains(predicted.out,
                 "origin,time,step,load_pred,load_q0.025,load_q0.1,load_q0.5,load_q0.9,load_q0.975,load_lo_80,load_hi_80,load_lo_95,"
                 "load_hi_95\n"));
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
