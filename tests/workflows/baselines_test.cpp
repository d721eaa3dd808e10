#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/data/files.h"
#include "pipeline/data/forecasts.h"
#include "pipeline/data/series.h"
#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

const std::string two_models = R"([stages.baselines]
models = ["Naive", "SeasonalNaive"]
)";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string first_line(const std::string& text) { return lines_of(text).at(0); }

std::string cell(const std::string& line, std::size_t column) {
  std::istringstream in(line);
  std::string text;
  for (std::size_t i = 0; i <= column; ++i) std::getline(in, text, ',');
  return text;
}

}  // namespace

TEST_CASE("baselines forecasts with every model that it names, in original units") {
  const WorkflowFixture fixture;
  fixture.workflow(two_models);
  const Finished done = fixture.run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const auto series = Series::open(fixture.path() / "runs/small/preprocess");
  const auto forecasts = Forecasts::open(fixture.path() / "runs/small/baselines");
  REQUIRE(forecasts->models().size() == 2);
  CHECK(forecasts->horizon() == 3);
  CHECK(forecasts->origins().size() == 116);  // 60 rows of each split, of which two cannot be origins
  const std::size_t width = 1 + forecasts->models().front().levels.size(), block = 3 * width;
  CHECK(width == 10);
  for (std::size_t i = 0; i < forecasts->origins().size(); ++i) {
    const auto row = static_cast<std::size_t>(forecasts->origins()[i].row);
    for (std::size_t h = 0; h < 3; ++h) {
      CHECK(forecasts->values(0)[i * block + h * width] == series->targets()[row]);
      CHECK(forecasts->values(1)[i * block + h * width] == series->targets()[row - 23 + h]);  // 24 hours a season
    }
  }
  const Finished again = fixture.run();
  CHECK(again.status == 0);
  CHECK(contains(again.err + again.out, "[baselines] up to date"));
}

TEST_CASE("all models forecast a series by default, and the number of threads changes nothing") {
  const WorkflowFixture fixture;
  fixture.workflow("[stages.baselines]\n");
  REQUIRE(fixture.run().status == 0);
  const std::string folder = "runs/small/baselines/";
  const auto forecasts = Forecasts::open(fixture.path() / folder);
  CHECK(forecasts->models().size() == 9);
  for (std::size_t model = 0; model < 9; ++model) {
    CHECK(forecasts->models()[model].replaced == 0);
    for (const double value : forecasts->values(model)) REQUIRE(std::isfinite(value));
  }
  const std::string before = fixture.read(folder + "AutoETS/forecasts.npy");
  REQUIRE(fixture.run({"--set", "threads=3", "--stage", "baselines", "--force"}).status == 0);
  CHECK(fixture.read(folder + "AutoETS/forecasts.npy") == before);
}

TEST_CASE("a model's options and name are checked before any work") {
  const WorkflowFixture fixture;
  fixture.workflow(R"([stages.baselines]
models = ["Naive", "Thetta", "WindowAverage"]
[stages.baselines.options]
WindowAverage = { window_sise = 3 }
Drif = {}
)");
  const Finished done = fixture.pipeline({"validate", "workflow.toml"});
  CHECK(done.status == 2);
  CHECK(contains(done.err, R"(workflow.toml:12:20: baselines: unknown local_forecaster "Thetta"; did you mean "Theta"?)"));
  CHECK(contains(done.err, R"(unknown option "window_sise" of baselines.options.WindowAverage; did you mean "window_size"?)"));
  CHECK(contains(done.err, R"(baselines: unknown local_forecaster "Drif"; did you mean "Drift"?)"));
}

TEST_CASE("options of a model and the season reach it, and a change of either repeats the stage") {
  const WorkflowFixture fixture;
  fixture.workflow(R"([stages.baselines]
models = ["WindowAverage", "SeasonalNaive"]
options = { WindowAverage = { window_size = 2 } }
)");
  REQUIRE(fixture.run({"--set", "season_length=12"}).status == 0);
  const auto series = Series::open(fixture.path() / "runs/small/preprocess");
  const auto forecasts = Forecasts::open(fixture.path() / "runs/small/baselines");
  const auto row = static_cast<std::size_t>(forecasts->origins().front().row);
  CHECK(forecasts->values(0)[0] == doctest::Approx((series->targets()[row] + series->targets()[row - 1]) / 2).epsilon(1e-12));
  CHECK(forecasts->models()[0].levels.empty());
  CHECK(forecasts->values(1)[0] == series->targets()[row - 11]);
  const Finished changed = fixture.run({"--set", "season_length=24"});
  CHECK(contains(changed.err + changed.out, "season_length changed from 12 to 24"));
}

TEST_CASE("every series of a panel is forecast by itself, and one that is too short is told") {
  const WorkflowFixture fixture;
  std::string csv = "unique_id,ds,y\n";
  const std::vector<std::pair<std::string, int>> series{{"long", 40}, {"short", 12}, {"other", 30}};
  for (std::size_t s = 0; s < series.size(); ++s) {
    for (int month = 0; month < series[s].second; ++month) {
      char line[64];
      std::snprintf(line, sizeof(line), "%s,%d-%02d-01,%d\n", series[s].first.c_str(), 2000 + month / 12, 1 + month % 12,
                    static_cast<int>(1000 * s) + month * month % 17);
      csv += line;
    }
  }
  fixture.write("panel.csv", csv);
  fixture.write("workflow.toml", R"(name = "panel"
split = { val = 0, test = 3 }
[stages.preprocess]
source = "panel.csv"
time_column = "ds"
series_column = "unique_id"
features = ["y"]
target = ["y"]
[stages.slice_windows]
window = 2
horizon = 3
[stages.baselines]
models = ["SeasonalNaive"]
[stages.evaluate]
)");
  const Finished done = fixture.run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err + done.out,
                 "SeasonalNaive cannot forecast 1 of 3 histories, where the last value stands instead; the first is series short: "
                 "SeasonalNaive needs at least 12 values, and this series has 9"));
  const auto prepared = Series::open(fixture.path() / "runs/panel/preprocess");
  const auto forecasts = Forecasts::open(fixture.path() / "runs/panel/baselines");
  REQUIRE(forecasts->origins().size() == 3);
  const std::size_t block = 3 * (1 + forecasts->models().front().levels.size());
  for (std::size_t s = 0; s < 3; ++s) {
    const auto row = static_cast<std::size_t>(forecasts->origins()[s].row);
    CHECK(forecasts->origins()[s].series == static_cast<std::int64_t>(s));
    CHECK(forecasts->values(0)[s * block] == prepared->targets()[prepared->id(static_cast<std::int64_t>(s)) == "short" ? row : row - 11]);
  }
  CHECK(fixture.exists("runs/panel/evaluate/by_series.csv"));
  CHECK(contains(done.err, "baselines/SeasonalNaive cannot forecast 1 history, where the last value stands instead"));
  CHECK(fixture.json("runs/panel/evaluate/metrics.json").at("replaced") == Value(1));
  CHECK_MESSAGE(contains(done.err, "windows of 3 steps of 3 series"), done.err);
}

TEST_CASE("windows made elsewhere have no series to forecast") {
  const WorkflowFixture fixture;
  fixture.workflow(two_models);
  fixture.write("workflow.toml", R"(name = "arrays"
[stages.slice_windows]
feature_path = "X.npy"
target_path = "y.npy"
[stages.baselines]
)");
  const Finished done = fixture.pipeline({"validate", "workflow.toml"});
  CHECK(done.status == 2);
  CHECK(contains(done.err, R"(stage "baselines" needs series, which no stage gives)"));
}

TEST_CASE("evaluate measures a baseline as it measures a trained model") {
  const WorkflowFixture fixture;
  fixture.workflow(two_models + R"([model]
type = "NaiveModel"
[trainer]
max_epochs = 1
[stages.train]
[stages.evaluate]
splits = ["test", "val"]
)");
  const Finished done = fixture.run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const std::string folder = "runs/small/evaluate/";
  const Value metrics = fixture.json(folder + "metrics.json");
  CHECK(metrics.at("stage").as_string() == "baselines/SeasonalNaive");
  CHECK(metrics.at("ranked_by").as_string() == "val_mase");
  const Value &trained = metrics.at("models").at("train"), &naive = metrics.at("models").at("baselines/Naive");
  for (const char* metric : {"mae", "rmse", "mape", "mase", "naive_mae", "seasonal_mae"})
    CHECK_MESSAGE(naive.at("original").at("all").at(metric) == trained.at("original").at("all").at(metric), metric);
  CHECK(naive.at("original").at("all").at("wql").is_double());
  CHECK(trained.at("original").at("all").at("wql").is_null());  // it has no quantiles
  CHECK(naive.at("test_windows") == trained.at("test_windows"));
  CHECK(naive.at("test_mse").as_double() == doctest::Approx(trained.at("test_mse").as_double()).epsilon(1e-5));
  CHECK(naive.at("val_mae").as_double() == doctest::Approx(trained.at("val_mae").as_double()).epsilon(1e-5));
  CHECK(naive.at("by_step").as_list().size() == 3);
  CHECK(naive.at("test_loss").is_null());
  const std::string own = fixture.read(folder + "predictions.baselines.Naive.csv"),
                    other = fixture.read(folder + "predictions.train.test.csv");
  CHECK(first_line(own) ==
        first_line(other) + ",load_q0.1,load_q0.2,load_q0.3,load_q0.4,load_q0.5,load_q0.6,load_q0.7,load_q0.8,load_q0.9");
  CHECK(fixture.exists(folder + "predictions.csv"));
  const double seasonal = metrics.at("models").at("baselines/SeasonalNaive").at("original").at("all").at("mae").as_double();
  CHECK(seasonal < 0.5 * trained.at("original").at("all").at("mae").as_double());  // a daily wave
  CHECK(contains(done.err + done.out, "baselines/SeasonalNaive"));
  CHECK_FALSE(contains(done.err + done.out, "baselines/Naive does not beat"));
}

TEST_CASE("where nothing is trained, the baseline with the smallest mase on validation leads, and the report shows all") {
  const WorkflowFixture fixture;
  fixture.workflow(two_models + "[stages.evaluate]\n[stages.visualize]\n");
  const Finished done = fixture.run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const Value metrics = fixture.json("runs/small/evaluate/metrics.json");
  CHECK(metrics.at("stage").as_string() == "baselines/SeasonalNaive");
  CHECK(metrics.at("original").at("all").at("mase").as_double() > 0);
  const std::string report = fixture.read("runs/small/visualize/report.html");
  CHECK(contains(report, "baselines/SeasonalNaive"));
  CHECK(contains(report, "baselines/Naive"));
}

TEST_CASE("predict forecasts with the baseline that evaluate chose, fitted to the rows of the input") {
  const WorkflowFixture fixture;
  fixture.workflow(two_models + "[stages.evaluate]\nintervals = { levels = [80], by = \"target\" }\n");
  REQUIRE_MESSAGE(fixture.run().status == 0, "run");
  const Finished predicted = fixture.pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  CHECK(contains(predicted.err,
                 "model: SeasonalNaive, fitted to the rows of the input, of stage baselines/SeasonalNaive, as evaluate "
                 "measured it"));
  const std::vector<std::string> lines = lines_of(predicted.out);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] ==
        "origin,time,step,load_pred,load_q0.1,load_q0.2,load_q0.3,load_q0.4,load_q0.5,load_q0.6,load_q0.7,load_q0.8,load_q0.9,"
        "load_lo_80,load_hi_80");
  const Finished other = fixture.pipeline({"predict", "--workflow", "workflow.toml", "--stage", "baselines/Naive", "--input", "small.csv"});
  REQUIRE_MESSAGE(other.status == 0, other.err);
  const std::vector<std::string> repeated = lines_of(other.out);
  CHECK(cell(repeated[1], 3) == cell(repeated[3], 3));  // the last value
  CHECK(cell(lines[1], 3) != cell(lines[3], 3));
  const Finished unknown =
      fixture.pipeline({"predict", "--workflow", "workflow.toml", "--stage", "baselines/Thet", "--input", "small.csv"});
  CHECK(unknown.status == 2);
  CHECK(contains(unknown.err, "has no train stage \"baselines/Thet\""));
  CHECK_MESSAGE(contains(unknown.err, ": it forecasts with baselines/Naive and baselines/SeasonalNaive"), unknown.err);
  const Finished half = fixture.pipeline({"predict", "--workflow", "workflow.toml", "--stage", "Naive", "--input", "small.csv"});
  CHECK_MESSAGE(contains(half.err, "; did you mean \"baselines/Naive\"?"), half.err);
}

TEST_CASE("evaluate without a model, or on a split that baselines do not forecast, says what to add") {
  const WorkflowFixture fixture;
  fixture.workflow("[stages.evaluate]\n");
  const Finished validated = fixture.pipeline({"validate", "workflow.toml"});
  CHECK(validated.status == 2);
  CHECK(contains(validated.err,
                 "stage \"evaluate\" has nothing to measure: add a stage that trains, such as [stages.train] with a [model], or one that "
                 "forecasts, such as [stages.baselines]"));
  fixture.workflow(two_models + "[stages.evaluate]\nsplits = [\"train\"]\n");
  CHECK(contains(fixture.run().err, "splits = [\"train\"] measures trained models alone: forecasts are of val and test"));
}
