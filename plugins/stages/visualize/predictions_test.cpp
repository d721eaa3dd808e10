#include "predictions.h"

#include <doctest/doctest.h>

#include <cmath>

#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"
#include "support/temp_folder.h"

using namespace pipeline;
using namespace pipeline::stage::visualize;

namespace {

struct PredictionsFile {
  TempFolder folder;
  std::filesystem::path path = folder.path() / "predictions.csv";
  explicit PredictionsFile(const std::string& text) { write_text(path, text); }
};

/// Truth is the row number r, the forecast r + 0.5 * step, naive the origin.
std::string ramp(int origins, int horizon, int stride = 1) {
  std::string text = "origin,time,step,\"a,b\",\"a,b_pred\",\"a,b_naive\"\n";
  for (int origin = 0; origin < origins * stride; origin += stride) {
    for (int step = 1; step <= horizon; ++step) {
      const int row = origin + step;
      text += std::to_string(origin) + "," + std::to_string(row) + "," + std::to_string(step) + "," + std::to_string(row) + "," +
              format_number(row + 0.5 * step) + "," + std::to_string(origin) + "\n";
    }
  }
  return text;
}

}  // namespace

TEST_CASE("errors by step are those of the file, the naive forecast's beside them") {
  const PredictionsFile file(ramp(20, 3));
  const Predictions predictions = read_predictions(file.path, {});
  CHECK_FALSE(predictions.has_time);
  CHECK(predictions.rows == 60);
  CHECK(predictions.origins == 20);
  CHECK(predictions.steps == std::vector<std::int64_t>{1, 2, 3});
  const TargetPredictions& target = predictions.targets.at(0);
  CHECK(target.target == "a,b");
  CHECK(target.by_step.at(2).mae == doctest::Approx(1.5));
  CHECK(target.by_step.at(2).rmse == doctest::Approx(1.5));
  CHECK(target.by_step.at(2).naive_mae == doctest::Approx(3));
  CHECK(target.bias == doctest::Approx(1.0));
  CHECK(target.deviation == doctest::Approx(std::sqrt(1.0 / 6)));
  CHECK(target.tracks.size() == 3);
  CHECK(target.tracks.at(1).points.size() == 20);
}

TEST_CASE("every residual is in the histogram or counted beyond it") {
  const PredictionsFile file(ramp(50, 3));
  const TargetPredictions target = read_predictions(file.path, {.bins = 4}).targets.at(0);
  CHECK(target.residuals.counts == std::vector<std::int64_t>{50, 0, 50, 50});
  CHECK(target.residuals.beyond == 0);

  std::string text = ramp(50, 1);
  text += "50,51,1,51,1051,50\n";
  const PredictionsFile outlier(text);
  const TargetPredictions with = read_predictions(outlier.path, {}).targets.at(0);
  CHECK(with.residuals.beyond == 1);
}

TEST_CASE("examples hold the whole horizon of origins spread over the file, after the truth before them") {
  const PredictionsFile file(ramp(40, 4));
  const TargetPredictions target = read_predictions(file.path, {.examples = 2}).targets.at(0);
  REQUIRE(target.examples.size() == 2);
  const Example& example = target.examples[1];
  CHECK(example.label == "30");
  REQUIRE(example.horizon.size() == 4);
  CHECK(example.horizon.front().time == 31);
  CHECK(example.horizon.back().prediction == 36);
  REQUIRE(example.past.size() == 8);
  CHECK(example.past.back().time == 30);
  CHECK(example.past.back().truth == 30);
}

TEST_CASE("the truth before an example is every row of it, also where origins lie apart") {
  const PredictionsFile file(ramp(20, 4, 3));
  const Example example = read_predictions(file.path, {.examples = 2}).targets.at(0).examples.at(1);
  CHECK(example.origin == 45);
  REQUIRE(example.past.size() == 8);
  for (std::size_t i = 0; i < 8; ++i) CHECK(example.past[i].time == static_cast<double>(38 + i));
}

TEST_CASE("a target's name may hold a line break") {
  const PredictionsFile file("origin,time,step,\"a\nb\",\"a\nb_pred\"\n0,1,1,1,2\n");
  CHECK(read_predictions(file.path, {}).targets.at(0).target == "a\nb");
  const PredictionsFile open("origin,time,step,\"a,a_pred\n0,1,1,1,2\n");
  CHECK_THROWS_WITH_AS(static_cast<void>(read_predictions(open.path, {})), doctest::Contains("a quote that is not closed"), Error);
}

TEST_CASE("a single step gives no examples; a file without naive columns is read") {
  const PredictionsFile file("origin,time,step,y,y_pred\n2020-01-01,2020-01-02,1,1,2\n2020-01-02,2020-01-03,1,nan,2\n");
  const Predictions predictions = read_predictions(file.path, {});
  CHECK(predictions.has_time);
  const TargetPredictions& target = predictions.targets.at(0);
  CHECK(target.examples.empty());
  CHECK(target.count == 1);
  CHECK(target.by_step.at(0).mae == 1);
  CHECK(std::isnan(target.by_step.at(0).naive_mae));
}

TEST_CASE("thinning keeps every extreme and the order") {
  Thinning thinning(10'000, 600);
  for (int i = 0; i < 10'000; ++i) {
    const double truth = i == 4321 ? 99 : i == 8765 ? -99 : std::sin(i / 50.0);
    const double prediction = i == 1234 ? 50 : truth;
    thinning.add({static_cast<double>(i), truth, prediction, 0});
  }
  const std::vector<Point> points = thinning.finish();
  CHECK(points.size() <= 600);
  CHECK(points.size() >= 100);
  bool high = false, low = false, miss = false;
  for (std::size_t i = 0; i < points.size(); ++i) {
    high = high || points[i].truth == 99, low = low || points[i].truth == -99, miss = miss || points[i].prediction == 50;
    if (i > 0) CHECK(points[i].time > points[i - 1].time);
  }
  CHECK(high);
  CHECK(low);
  CHECK(miss);
}

TEST_CASE("many values thin every track further") {
  const PredictionsFile file(ramp(2000, 3));
  const TargetPredictions target = read_predictions(file.path, {.max_values = 1200}).targets.at(0);
  CHECK(target.tracks.at(0).total == 2000);
  CHECK(target.tracks.at(0).points.size() <= 100);
  CHECK(target.examples.size() == 6);
}

TEST_CASE("a damaged predictions file is an error with its line") {
  const auto message = [](const std::string& text) {
    const PredictionsFile file(text);
    try {
      (void)read_predictions(file.path, {});
    } catch (const Error& error) {
      CHECK(error.status() == ExitStatus::data);
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message("origin,time,step,y,y_pred\n0,1,1,5,x\n").find("predictions.csv:2: \"x\" in column y_pred is no number") !=
        std::string::npos);
  CHECK(message("origin,time,step,y,y_pred\n0,1,1.5,5,6\n").find("\"1.5\" in column step is no integer") != std::string::npos);
  CHECK(message("origin,time,step,y,y_pred\n0,1,1,5\n").find("4 cells where the heading has 5") != std::string::npos);
  CHECK(message("origin,time,step,y\n0,1,1,5\n").find("names no target") != std::string::npos);
  CHECK(message("origin,step,y,y_pred\n").find("lacks origin, time or step") != std::string::npos);
  CHECK(message("origin,time,step,y,y_pred\n").find("no forecast below the heading") != std::string::npos);
  CHECK(message("origin,time,step,y,\"y_pred\n").find("a quote that is not closed") != std::string::npos);
  CHECK(message("origin,time,step,y,y_pred\n2020-01-01,2020-01-02,1,1,1\n2020-01-01,soon,1,1,1\n")
            .find("\"soon\" in column time is no time") != std::string::npos);
  CHECK(message("").find("is empty") != std::string::npos);
  CHECK_THROWS_WITH_AS((void)read_predictions("/nowhere/predictions.csv", {}), doctest::Contains("cannot be opened"), Error);
}

TEST_CASE("of many series the chosen ones are targets of their own") {
  const PredictionsFile file(
      "id,origin,time,step,y,y_pred,y_naive\n"
      "a,1,2,1,1,2,1\na,1,3,2,1,2,1\n"
      "b,1,2,1,9,9,9\nb,1,3,2,9,9,9\n"
      "\"c, d\",1,2,1,5,8,5\n\"c, d\",1,3,2,5,8,5\n\"c, d\",2,3,1,5,8,5\n\"c, d\",2,4,2,5,8,5\n");
  const Predictions predictions = read_predictions(file.path, {}, {"c, d", "a"});
  CHECK(predictions.by_series);
  CHECK(predictions.target_names() == std::vector<std::string>{"c, d: y", "a: y"});
  CHECK(predictions.rows == 6);
  CHECK(predictions.origins == 3);
  CHECK(predictions.targets[0].count == 4);
  CHECK(predictions.targets[0].by_step.at(0).mae == 3);
  CHECK(predictions.targets[0].examples.size() == 2);
  CHECK(predictions.targets[1].by_step.at(1).mae == 1);
  CHECK(predictions.targets[1].examples.size() == 1);
}

TEST_CASE("series of several horizons have the steps that are theirs") {
  const PredictionsFile file("id,origin,time,step,y,y_pred\nmonth,1,2,1,1,2\nmonth,1,3,2,1,3\nmonth,1,4,3,1,2\nyear,1,2,1,5,7\n");
  const Predictions predictions = read_predictions(file.path, {}, {"month", "year"});
  CHECK(predictions.targets.at(0).by_step.size() == 3);
  CHECK(predictions.targets.at(0).tracks.size() == 3);
  CHECK(predictions.targets.at(1).by_step.size() == 1);
  REQUIRE(predictions.targets.at(1).tracks.size() == 1);
  CHECK(predictions.targets.at(1).tracks.front().points.size() == 1);
}
