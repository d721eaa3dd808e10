#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <sstream>

#include "measured.h"
#include "pipeline/data/files.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/errors.h"
#include "pipeline/train/levels.h"
#include "pipeline/train/series_scale.h"
#include "predictions_file.h"
#include "small_series_fixture.h"
#include "split_result.h"
#include "summary.h"
#include "support/basic_metrics.h"

using namespace pipeline;
using namespace pipeline::stage::evaluate;
using pipeline::test::RepeatScaled;
using pipeline::test::SmallSeries;
using pipeline::test::SquaredError;

namespace {

using Repeating = std::unique_ptr<WindowForecasts>;

Repeating repeating(const SmallSeries& data, double offset = 0) {
  return forecasts_of({.training = {.stage = "train", .model_type = "Repeat"},
                       .checkpoint = "best.ckpt",
                       .windows = data.windows(),
                       .forecaster = Forecaster(std::make_shared<RepeatScaled>(2, offset), WindowNorm::none, {}),
                       .loss = std::make_unique<SquaredError>()},
                      {}, torch::kCPU);
}

SplitResult evaluated(const Repeating& model, std::int64_t batch_size, PredictionsFile* file = nullptr, Split split = Split::test,
                      std::int64_t season = 1) {
  const SplitRequest request{.split = split,
                             .batch_size = batch_size,
                             .metrics = test::basic_metrics(),
                             .scales = scales_before(split, *model->windows().series(), std::array{season}),
                             .seasons = {season},
                             .check_cancelled = [] {}};
  return evaluate_split(*model, request, file);
}

ModelResult result_of(std::vector<SplitResult> splits) {
  return {.training = {.stage = "train", .model_type = "Repeat"},
          .checkpoint = "best.ckpt",
          .targets = {"a", "b"},
          .horizon = 2,
          .shortest_horizon = 2,
          .splits = std::move(splits)};
}

/// Mean of `error(origin, step)` over the test windows; `skip_last_row` leaves out the last row, where "a" was filled.
double mean(const auto& error, bool skip_last_row) {
  double sum = 0, count = 0;
  for (std::size_t origin = 3; origin < 8; ++origin) {
    for (std::size_t step = 1; step <= 2; ++step) {
      if (skip_last_row && origin + step == 9) continue;
      sum += error(origin, step), count += 1;
    }
  }
  return sum / count;
}

}  // namespace

TEST_CASE("forecasts come back to original units: scaled, and summed up from the last level where they are differences") {
  const SmallSeries data;
  const auto windows = data.windows();
  const Levels levels(*windows->series(), 2);
  const std::vector<std::int64_t> origins{3};
  const LevelBatch batch = levels.at(origins, torch::tensor({{{0.5F, 0.25F}, {1.0F, -0.75F}}}));
  CHECK(torch::allclose(batch.forecast,
                        torch::tensor({{{4.0, 16.0}, {6.0, 15.0}}}, torch::kDouble)));  // b: 15 + (0.25*2 + 0.5), + (-1.5 + 0.5)
  CHECK(torch::equal(batch.truth, torch::tensor({{{4.0, 15.0}, {6.0, 14.0}}}, torch::kDouble)));
  CHECK(torch::equal(batch.naive, torch::tensor({{{5.0, 15.0}, {5.0, 15.0}}}, torch::kDouble)));
  CHECK(torch::equal(batch.naive_scaled, torch::tensor({{{0.75, -0.25}, {0.75, -0.25}}}, torch::kDouble)));  // b: a difference of zero
}

TEST_CASE("a forecast from the last row needs no truth; without a last level a difference has none either") {
  const SmallSeries data;
  const SeriesInfo info = data.windows()->series()->info();
  const std::vector<double> known{5, std::numeric_limits<double>::quiet_NaN()};
  const Levels levels(info, known, 2);
  const std::vector<std::int64_t> origins{0};
  const torch::Tensor forecast = levels.forecast(origins, torch::tensor({{{0.5F, 0.25F}, {1.0F, -0.75F}}}));
  CHECK(forecast[0][1][0].item<double>() == 6);
  CHECK(std::isnan(forecast[0][1][1].item<double>()));
}

TEST_CASE("metrics in original units and the naive forecast's equal sums by hand, without filled values") {
  const SmallSeries data;
  const SplitResult result = evaluated(repeating(data), 2);
  CHECK(result.windows == 5);
  const auto repeat_a = [](std::size_t origin, std::size_t step) {
    return std::abs(SmallSeries::a[origin + step] - SmallSeries::a[origin]);
  };
  const auto repeat_b = [](std::size_t origin, std::size_t step) {
    return std::abs(SmallSeries::b[origin + step] - SmallSeries::b[origin]);
  };
  const auto drift_b = [](std::size_t origin, std::size_t step) {  // the last difference goes on
    const double last = SmallSeries::b[origin], change = last - SmallSeries::b[origin - 1];
    return std::abs(SmallSeries::b[origin + step] - last - static_cast<double>(step) * change);
  };
  CHECK(result.naive->original.value("mae", {.target = 0}).value() == doctest::Approx(mean(repeat_a, true)).epsilon(1e-6));
  CHECK(result.naive->original.value("mae", {.target = 1}).value() == doctest::Approx(mean(repeat_b, false)).epsilon(1e-6));
  CHECK(result.model.original.value("mae", {.target = 0}).value() == doctest::Approx(mean(repeat_a, true)).epsilon(1e-6));
  CHECK(result.model.original.value("mae", {.target = 1}).value() == doctest::Approx(mean(drift_b, false)).epsilon(1e-6));
  CHECK(result.model.scaled.value("mae", {.target = 0}).value() == doctest::Approx(mean(repeat_a, true) / 4).epsilon(1e-6));
  const auto naive_difference = [](std::size_t origin, std::size_t step) {
    return std::abs(SmallSeries::b[origin + step] - SmallSeries::b[origin + step - 1]) / 2;
  };
  CHECK(result.naive->scaled.value("mae", {.target = 1}).value() == doctest::Approx(mean(naive_difference, false)).epsilon(1e-6));
  CHECK(result.model.scaled.count() == 19);
}

TEST_CASE("the loss is the configured one over what was observed, whatever the batch size") {
  const SmallSeries data;
  const SplitResult one = evaluated(repeating(data, 0.1), 1), all = evaluated(repeating(data, 0.1), 100);
  CHECK(one.model.loss() == doctest::Approx(one.model.scaled.value("mse").value()).epsilon(1e-6));
  CHECK(all.model.loss() == doctest::Approx(one.model.loss()).epsilon(1e-12));
}

TEST_CASE("an empty split is an error of the data") {
  const SmallSeries data;
  CHECK_THROWS_WITH_AS(static_cast<void>(evaluated(repeating(data), 2, nullptr, Split::val)),
                       "split val has no windows to evaluate: give it more rows in `split`", Error);
}

TEST_CASE("a stop is honoured between batches") {
  const SmallSeries data;
  int asked = 0;
  const SplitRequest request{.split = Split::test, .batch_size = 2, .metrics = {}, .check_cancelled = [&] {
                               if (++asked == 2) throw Error(ExitStatus::interrupted, "stop");
                             }};
  CHECK_THROWS_WITH_AS(static_cast<void>(evaluate_split(*repeating(data), request, nullptr)), "stop", Error);
}

TEST_CASE("predictions.csv holds origin, time, step and every target three times") {
  const SmallSeries data;
  const Repeating model = repeating(data);
  const auto file = data.folder() / "predictions.csv";
  for (const bool last_step : {false, true}) {
    PredictionsFile out(file, model->windows(), last_step);
    static_cast<void>(evaluated(model, 2, &out));
    out.finish();
    std::istringstream lines(read_text(file));
    std::string line;
    std::getline(lines, line);
    CHECK(line == "origin,time,step,a,a_pred,a_naive,b,b_pred,b_naive");
    std::getline(lines, line);
    CHECK(line == (last_step ? "1970-01-04,1970-01-06,2,6,5,5,14,23,15" : "1970-01-04,1970-01-05,1,4,5,5,15,19,15"));
    int rows = 1;
    while (std::getline(lines, line)) ++rows;
    CHECK(rows == (last_step ? 5 : 10));
  }
}

TEST_CASE("metrics.json has the contract's names, and null for undefined values") {
  const SmallSeries data;
  const Repeating model = repeating(data);
  std::vector<SplitResult> splits{evaluated(model, 2), evaluated(model, 2, nullptr, Split::train)};
  const double naive_mse = splits[0].naive->scaled.value("mse").value(), naive_r2 = splits[0].naive->scaled.value("r2").value();
  const double train_mae = splits[1].model.original.value("mae", {.target = 0}).value();
  const Value value = measured(result_of(std::move(splits))).to_value(described(test::basic_metrics()));
  for (const char* name : {"test_loss", "test_mse", "test_mae", "test_rmse", "test_mape", "test_r2", "avg_test_abs_accuracy", "test_smape",
                           "test_mase", "test_rmsse", "train_loss", "naive_loss"})
    CHECK_MESSAGE(value.at(name).is_double(), name);
  CHECK(value.at("test_windows") == Value(5));
  CHECK(value.at("test_filled_values") == Value(1));
  CHECK(value.at("naive_mse") == Value(naive_mse));
  CHECK(value.at("test_naive_mse") == value.at("naive_mse"));
  CHECK(value.at("naive_r2") == Value(naive_r2));
  CHECK(value.at("naive_mape").is_double());
  CHECK(value.at("naive_smape").is_double());
  CHECK(value.at("test_naive_mase").as_double() ==
        doctest::Approx(
            (value.at("original").at("a").at("naive_mase").as_double() + value.at("original").at("b").at("naive_mase").as_double()) / 2));
  CHECK(value.at("naive_rmsse").is_double());
  CHECK(value.at("original").at("a").at("train").at("mae") == Value(train_mae));
  CHECK(value.at("original").at("a").at("mae") == value.at("original").at("a").at("test").at("mae"));
  CHECK(value.at("original").at("b").at("naive_rmse").is_double());
  CHECK(value.at("by_target").at("b").at("mse").is_double());
  // "a" changes by 2, 1, 3 and 1 in the training rows, "b" by 2, 1, 4 and 0.
  CHECK(value.at("original").at("a").at("mase").as_double() == doctest::Approx(value.at("original").at("a").at("mae").as_double() / 1.75));
  CHECK(value.at("original").at("b").at("naive_mase").as_double() ==
        doctest::Approx(value.at("original").at("b").at("naive_mae").as_double() / 1.75));
  CHECK(value.at("original").at("b").at("rmsse").as_double() ==
        doctest::Approx(value.at("original").at("b").at("rmse").as_double() / std::sqrt(5.25)));
  CHECK(value.at("test_mase").as_double() ==
        doctest::Approx((value.at("original").at("a").at("mase").as_double() + value.at("original").at("b").at("mase").as_double()) / 2));
  CHECK(value.at("by_step").as_list().size() == 2);
  CHECK(value.at("by_step").as_list()[1].at("step") == Value(2));
  // One training window, two steps: the target's level of step 1 is a single value, so it does not vary.
  CHECK(value.at("by_step").as_list()[0].at("train").at("r2").is_null());
}

TEST_CASE("the SDK's reader and writer keep all of metrics.json") {
  const std::vector<Measure> measures = described(test::basic_metrics());
  const SmallSeries data;
  const Repeating model = repeating(data);
  std::vector<SplitResult> one{evaluated(model, 2)}, two{evaluated(model, 2), evaluated(model, 2, nullptr, Split::train)};
  for (auto* splits : {&one, &two}) {
    const Value value = measured(result_of(std::move(*splits))).to_value(measures);
    CHECK(to_json(ModelMetrics::from_value(value, measures).to_value(measures)) == to_json(value));
  }
}

TEST_CASE("metrics are described, and headlines are named for displays with little room") {
  const std::vector<Measure> measures = described(test::basic_metrics());
  std::vector<std::string> names;
  for (const Measure& measure : measures) names.push_back(measure.name);
  CHECK(names == std::vector<std::string>{"mse", "mae", "rmse", "mape", "r2", "avg_abs_accuracy", "smape", "mase", "rmsse", "wql", "scrps",
                                          "crps", "sql", "coverage_80", "width_80", "winkler_80", "msis", "calibration"});
  CHECK(measures[5] == Measure{.name = "avg_abs_accuracy",
                               .key = "avg_{split}_abs_accuracy",
                               .label = "Accuracy",
                               .original = false,
                               .percent = true,
                               .larger_is_better = true});
  CHECK(measures[5].key_of("test") == "avg_test_abs_accuracy");
  CHECK(measures[7].original);
  const SmallSeries data;
  const Repeating model = repeating(data);
  const Value summary = summary_value(result_of({evaluated(model, 2)}));
  CHECK(summary.at("headlines") == Value(Value::List{"test_mse", "test_mae", "naive_mse"}));
  CHECK(summary.at("test_mse").is_double());
}

TEST_CASE("if every truth was filled, metrics are null and no message mentions the last value") {
  const SmallSeries data;
  const Repeating model = repeating(data);
  const Score nothing(test::basic_metrics(), {.steps = 2, .targets = 2});
  SplitResult filled{.split = Split::test, .windows = 5, .values = 20, .model = nothing, .naive = nothing, .reliability = {}};
  const ModelResult result = result_of({std::move(filled)});
  const Value value = measured(result).to_value(described(test::basic_metrics()));
  for (const char* name : {"test_loss", "test_mse", "test_mae", "test_rmse", "test_mase", "naive_loss", "naive_mse", "naive_mase"})
    CHECK_MESSAGE(value.at(name).is_null(), name);
  CHECK(value.at("original").at("a").at("mae").is_null());
  CHECK(value.at("test_filled_values") == Value(20));
  CHECK(flat_metrics(result).size() == 1);  // test_windows
  CHECK(compared({result}, 0).empty());
  for (const std::string& line : error_table({result})) CHECK_MESSAGE(line.find("nan") == std::string::npos, line);
}

TEST_CASE("models with different tasks are not announced as having the same windows") {
  const SmallSeries data;
  const Repeating model = repeating(data);
  ModelResult other = result_of({evaluated(model, 2)});
  other.horizon = 1;
  const std::vector<std::string> table = error_table({result_of({evaluated(model, 2)}), other});
  CHECK(table[0].starts_with("test: windows that differ by model, in original units"));
  CHECK(table.back().starts_with("train (Repeat), 5 windows of 1 step, scaled: "));
}

TEST_CASE("the terminal's table is in original units, and a warning names a model that does not beat the better of the two") {
  const SmallSeries data;
  const Repeating model = repeating(data, 1.0);
  const std::vector<ModelResult> results{result_of({evaluated(model, 2)})};
  const std::vector<std::string> table = error_table(results);
  CHECK(table[0] ==
        "test: 5 windows of 2 steps, in original units; the last columns are MAE of repeating the last value, and how much better than it "
        "the "
        "model is");
  CHECK(table[1].find("last value") != std::string::npos);
  CHECK(table[1].find("MASE") != std::string::npos);
  CHECK(table[1].find("WQL") == std::string::npos);  // no model has quantiles
  CHECK(table[2].find("train (Repeat)") != std::string::npos);
  const std::vector<Comparison> lines = compared(results, 0);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].is_warning);
  CHECK(lines[0].sentence.find("train (Repeat) does not beat repeating the last value: test MASE ") == 0);
}

TEST_CASE("the last season stands beside the last value, and the better of the two is the one to beat") {
  const SmallSeries data;
  const SplitResult result = evaluated(repeating(data), 2, nullptr, Split::test, 2);
  const auto seasonal = [](std::size_t origin, std::size_t step) {  // origin + step - 2 for both steps
    return std::abs(SmallSeries::a[origin + step] - SmallSeries::a[origin + step - 2]);
  };
  CHECK(result.seasonal->original.value("mae", {.target = 0}).value() == doctest::Approx(mean(seasonal, true)).epsilon(1e-12));
  CHECK(result.seasonal->scaled.value("mae", {.target = 0}).value() == doctest::Approx(mean(seasonal, true) / 4).epsilon(1e-6));
  const ModelResult measured_model = result_of({result});
  const Value value = measured(measured_model).to_value(described(test::basic_metrics()));
  CHECK(value.at("original").at("a").at("seasonal_mae").as_double() == doctest::Approx(mean(seasonal, true)));
  CHECK(value.at("original").at("all").at("seasonal_mase").is_double());
  CHECK(value.at("test_seasonal_mse") == value.at("seasonal_mse"));
  CHECK(error_table({measured_model})[1].find("last season") != std::string::npos);
  for (const Comparison& line : compared({measured_model}, 0))
    CHECK_MESSAGE(line.sentence.find("the better of the last value and the last season") != std::string::npos, line.sentence);
}
