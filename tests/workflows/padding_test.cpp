// Windows that begin before their series, and rows for calibration.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "workflows/workflow_fixture.h"

namespace {

std::string rows_of(const std::string& id, int rows, double level) {
  std::string text;
  for (int row = 0; row < rows; ++row) {
    char line[64];
    std::snprintf(line, sizeof(line), "%s,%.4f\n", id.c_str(), level + 3 * std::sin(row * 0.7) + row % 3);
    text += line;
  }
  return text;
}

const std::string heading = "id,y\n";

/// Workflows over panel.csv: series of 80 and 60 rows, and one of 5, with a window of 12.
class PaddingFixture : public WorkflowFixture {
 public:
  PaddingFixture() { write("panel.csv", heading + rows_of("a", 80, 10) + rows_of("tiny", 5, 500) + rows_of("b", 60, 3)); }

  void panel(const std::string& slicing, const std::string& model = "LSTMAttentionModel\"\nhidden_size = 8\nnum_layers = 1\ndropout = 0.0",
             const std::string& head = "split = { val = 1, test = 1 }", const std::string& more = "") const {
    const std::string closed = model.find('\n') == std::string::npos ? model + "\"" : model;
    write("workflow.toml", "name = \"panel\"\nthreads = 1\n" + head +
                               "\n[stages.preprocess]\nsource = \"panel.csv\"\nseries_column = \"id\"\nfeatures = [\"y\"]\ntarget = "
                               "[\"y\"]\n[stages.slice_windows]\nwindow = 12\nhorizon = 1\n" +
                               slicing + "[model]\ntype = \"" + closed +
                               "\n[trainer]\nmax_epochs = 2\n[stages.train]\n[stages.evaluate]\n" + more);
  }
  [[nodiscard]] Finished predict(const std::string& rows, std::vector<std::string> more = {}) const {
    write("new.csv", heading + rows);
    const std::filesystem::path last = json("runs/panel/train/train.json").at("last").as_string();
    more.insert(more.begin(), {"predict", "--checkpoint", (path() / "runs/panel/train" / last).string(), "--input", "new.csv"});
    return pipeline(more);
  }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string line_with(const std::string& text, const std::string& beginning) {
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with(beginning)) return line;
  }
  return {};
}

}  // namespace

TEST_CASE_FIXTURE(PaddingFixture, "a series that is shorter than the window is trained on, measured and forecast") {
  for (const char* norm : {"", "window_norm = \"last\"\n", "window_norm = \"standard\"\n"}) {
    CAPTURE(norm);
    panel(std::string("padding = \"left\"\nexport = true\n") + norm, "LSTMAttentionModel\"\nhidden_size = 8\nnum_layers = 1",
          "split = { val = 1, test = 1 }", "attention = true\n[stages.baselines]\nmodels = [\"SeasonalNaive\"]\n");
    const Finished done = run();
    REQUIRE_MESSAGE(done.status == 0, done.err);
    // 77 + 2 + 57 windows; the first 11 of the long series and both of the tiny one are padded.
    CHECK_MESSAGE(contains(done.err, "train: 136 windows of 3 of 3 series, 24 of them padded"), done.err);
    CHECK_MESSAGE(contains(done.err, "test: 3 windows of 3 of 3 series, 1 of them padded"), done.err);
    CHECK_FALSE(contains(done.err, "ignores"));
    CHECK(json("runs/panel/slice_windows/windows.json").at("padding") == pipeline::Value("left"));
    CHECK(contains(read("runs/panel/slice_windows/X.npy"), "'shape': (142, 12, 1)"));
    const auto metrics = json("runs/panel/evaluate/metrics.json");
    CHECK(metrics.at("test_windows") == pipeline::Value(3));
    // The attention has no weight on padding: the tiny series has 4 rows before its test row.
    const std::string weights = line_with(read("runs/panel/evaluate/attention.csv"), "tiny,");
    CHECK_MESSAGE(contains(weights, "tiny,3,0,0,0,0,0,0,0,0,"), weights);
    CHECK_FALSE(contains(weights, "tiny,3,0,0,0,0,0,0,0,0,0,"));
    CHECK(lines_of(read("runs/panel/evaluate/by_series.csv")).size() == 4);

    // The rows before the test row: the forecast is that of evaluate.
    const Finished forecast = predict(rows_of("tiny", 4, 500));
    REQUIRE_MESSAGE(forecast.status == 0, forecast.err);
    CHECK(contains(forecast.err,
                   "1 forecast is from less than the 12 rows of a window: zeros stand for those that are missing, as in "
                   "training (padding = \"left\")"));
    const std::string measured = line_with(read("runs/panel/evaluate/predictions.csv"), "tiny,"), made = line_with(forecast.out, "tiny,");
    std::vector<std::string> cells;
    std::istringstream in(measured);
    for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
    REQUIRE(cells.size() >= 6);
    CHECK(std::stod(made.substr(made.rfind(',') + 1)) == doctest::Approx(std::stod(cells[5])).epsilon(1e-5));
    // Each row of a new series is an origin.
    CHECK(lines_of(predict(rows_of("new", 3, 7), {"--all"}).out).size() == 4);
  }
}

TEST_CASE_FIXTURE(PaddingFixture, "baselines forecast the padded windows too, and counts agree") {
  panel("padding = \"left\"\n", "NaiveModel", "split = { val = 1, test = 1 }\nseason_length = 7",
        "[stages.baselines]\nmodels = [\"Naive\", \"SeasonalNaive\"]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const auto models = json("runs/panel/evaluate/metrics.json").at("models");
  for (const char* name : {"train", "baselines/Naive", "baselines/SeasonalNaive"})
    CHECK(models.at(name).at("test_windows") == pipeline::Value(3));
  // Both repeat the last value of every series.
  CHECK(models.at("train").at("original").at("all").at("mae").as_double() ==
        doctest::Approx(models.at("baselines/Naive").at("original").at("all").at("mae").as_double()));
}

TEST_CASE_FIXTURE(PaddingFixture, "without padding a short series is refused, with the cure") {
  panel("", "LinearModel");
  const Finished refused = run();
  CHECK(refused.status == 4);
  CHECK_MESSAGE(
      contains(refused.err,
               "1 of 3 series has no window in any split, since window = 12 and horizon = 1 need 13 rows in a row: \"tiny\"; write a "
               "smaller window or horizon, or padding = \"left\" to train on windows that begin before their series"),
      refused.err);
  write("panel.csv", heading + rows_of("a", 80, 10));
  REQUIRE(run().status == 0);
  const Finished short_input = predict(rows_of("a", 5, 10));
  CHECK(short_input.status == 4);
  CHECK_MESSAGE(contains(short_input.err,
                         "no series has a window of 12 rows without a gap, which a forecast needs; a model that is trained with padding = "
                         "\"left\" in [stages.slice_windows] takes fewer"),
                short_input.err);
}

TEST_CASE_FIXTURE(PaddingFixture, "min_observed rows are needed, in training and in predict") {
  panel("padding = \"left\"\nmin_observed = 4\n", "LinearModel");
  Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err, "test: 3 windows of 3 of 3 series"));  // tiny has one, of 4 rows and its test row
  CHECK(contains(done.err, "val: 2 windows of 2 of 3 series"));
  done = predict(rows_of("a", 3, 10));
  CHECK(done.status == 4);
  CHECK_MESSAGE(contains(done.err, "no series has a run of 4 rows without a gap, which a forecast needs"), done.err);
  CHECK_FALSE(contains(done.err, "trained with padding"));
  CHECK(predict(rows_of("a", 4, 10)).status == 0);

  panel("padding = \"left\"\nmin_observed = 13\n", "LinearModel");
  done = pipeline({"validate", "workflow.toml"});
  CHECK(done.status == 2);
  CHECK_MESSAGE(contains(done.err, "min_observed = 13 is more than the 12 rows of a window: write at most window"), done.err);
  panel("padding = \"right\"\n", "LinearModel");
  done = pipeline({"validate", "workflow.toml"});
  CHECK(done.status == 2);
  CHECK_MESSAGE(contains(done.err, "padding takes one of none, left"), done.err);
  panel("min_observed = 0\npadding = \"left\"\n", "LinearModel");
  CHECK(pipeline({"validate", "workflow.toml"}).status == 2);
  panel("min_observed = 6\n", "LinearModel");
  done = pipeline({"validate", "workflow.toml"});
  CHECK(done.status == 2);
  CHECK_MESSAGE(contains(done.err, "padding = \"none\" has no padded windows: write min_observed = 1 with it, not 6"), done.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a single series: padding after a gap, and predict of a few rows") {
  std::string text = "t,y\n";
  for (int day = 1; day <= 28; ++day) {
    if (day != 20) text += "2024-01-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + "," + std::to_string(day % 5) + "\n";
  }
  write("one.csv", text);
  const auto workflow = [&](const std::string& slicing) {
    write("workflow.toml",
          "name = \"one\"\nthreads = 1\nsplit = { val = 3, test = 3 }\n[stages.preprocess]\nsource = \"one.csv\"\ntime_column = "
          "\"t\"\nfeatures = [\"y\"]\ntarget = [\"y\"]\ngaps = \"split\"\n[stages.slice_windows]\nwindow = 6\nhorizon = 1\n" +
              slicing + "[model]\ntype = \"LinearModel\"\n[trainer]\nmax_epochs = 1\n[stages.train]\n[stages.evaluate]\n");
  };
  const auto predict = [&](const std::string& rows) {
    write("new.csv", "t,y\n" + rows);
    const std::filesystem::path last = json("runs/one/train/train.json").at("last").as_string();
    return pipeline({"predict", "--checkpoint", (path() / "runs/one/train" / last).string(), "--input", "new.csv"});
  };
  workflow("padding = \"left\"\n");
  Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  // 18 windows of the first 19 days; after the gap days 21 to 28: 1 window of training, 3 of val, 3 of test.
  CHECK_MESSAGE(contains(done.err, "train: 19 windows, 6 of them padded"), done.err);
  CHECK_MESSAGE(contains(done.err, "val: 3 windows, 3 of them padded"), done.err);
  done = predict("2024-02-01,3\n2024-02-03,4\n");
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err, "1 forecast is from less than the 6 rows of a window without a gap"));
  workflow("");
  write("one.csv", text.substr(0, text.find("2024-01-21")));
  REQUIRE_MESSAGE(run().status == 0, "whole windows");
  done = predict("2024-02-01,3\n2024-02-02,4\n");
  CHECK(done.status == 4);
  CHECK_MESSAGE(
      contains(done.err,
               "the model looks back over 6 rows, the file has 2: give it 4 more; a model that is trained with padding = \"left\" in "
               "[stages.slice_windows] takes fewer"),
      done.err);
}

TEST_CASE_FIXTURE(PaddingFixture, "rows for calibration are a split that nothing but intervals reads") {
  write("panel.csv", heading + rows_of("a", 80, 10) + rows_of("b", 60, 3));
  panel("", "LinearModel", "split = { val = 5, test = 5, calibration = 6 }", "[stages.baselines]\nmodels = [\"Naive\"]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK_MESSAGE(contains(done.err, "calibration: 12 rows of 2 series"), done.err);
  CHECK_MESSAGE(contains(done.err, "calibration: 12 windows of 2 of 2 series"), done.err);
  CHECK(json("runs/panel/slice_windows/manifest.json").at("summary").at("calibration_windows") == pipeline::Value(12));
  const auto metrics = json("runs/panel/evaluate/metrics.json");
  CHECK(metrics.at("test_windows") == pipeline::Value(10));
  CHECK(metrics.find("calibration_windows") == nullptr);
  // Forecasts of the local model for calibration too: 10 + 12 + 10 origins.
  CHECK(contains(read("runs/panel/baselines/origins.npy"), "'shape': (32, 4)"));
  CHECK(pipeline({"validate", "workflow.toml"}).status == 0);
}
