// The files that stages leave for each other: train.json, metrics.json, predictions.csv, and the CSV format of the latter.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/data/csv.h"
#include "pipeline/data/files.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/data/predictions.h"
#include "pipeline/data/time_text.h"
#include "pipeline/data/training_record.h"
#include "unit/data/data_test.h"

namespace pipeline {
namespace {

using test::contains;
using test::error_of;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t hour = 3'600'000'000'000, day = 24 * hour;

TrainingRecord a_training(const std::filesystem::path& folder) {
  return {.stage = "fit",
          .model_type = "LSTMModel",
          .version_dir = "/logs/version_3",
          .best = "/logs/version_3/best.ckpt",
          .last = folder / "last.ckpt",
          .windows = folder.parent_path() / "slice_windows",
          .monitor = "val_mae",
          .mode = "min",
          .score = 0.1,
          .epochs = 2,
          .steps = 20,
          .stopped_by = "enough",
          .loss = {"HuberLoss", Value::Map{{"delta", 0.5}}},
          .pipeline = Value::Map{{"window", 24}},
          .hyper_parameters = Value::Map{{"lr", 0.001}},
          .kernels = "1, avx512",
          .history = {{.epoch = 0, .step = 10, .train_loss = 1.0 / 3, .learning_rate = 0.001, .seconds = 1.5, .val = {{"val_mae", 0.2}}},
                      {.epoch = 1, .step = 20, .train_loss = nan, .learning_rate = nan, .seconds = 2, .val = {}}}};
}

TEST_CASE("a training is read as it was written, paths whole") {
  const test::TempFolder temp;
  const std::filesystem::path folder = temp.folder("fit");
  write_training(folder, a_training(folder));
  const TrainingRecord read = read_training({.kind = "checkpoint", .stage = "fit", .folder = folder});
  const TrainingRecord written = a_training(folder);
  CHECK(read.stage == "fit");
  CHECK(read.model_type == written.model_type);
  CHECK(read.version_dir == written.version_dir);
  CHECK(read.best == written.best);
  CHECK(read.last == written.last);
  CHECK(read.windows == written.windows);
  CHECK(read.monitor == written.monitor);
  CHECK(read.mode == written.mode);
  CHECK(read.score == written.score);
  CHECK(read.epochs == 2);
  CHECK(read.steps == 20);
  CHECK(read.stopped_by == "enough");
  CHECK(read.loss.type == "HuberLoss");
  CHECK(read.loss.options == written.loss.options);
  CHECK(read.pipeline == written.pipeline);
  CHECK(read.hyper_parameters == written.hyper_parameters);
  CHECK(read.kernels == written.kernels);
  REQUIRE(read.history.size() == 2);
  CHECK(read.history[0].train_loss == 1.0 / 3);
  CHECK(read.history[0].val == written.history[0].val);
  CHECK(read.history[1].step == 20);
  CHECK(std::isnan(read.history[1].train_loss));
  CHECK(std::isnan(read.history[1].learning_rate));
}

TEST_CASE("a stage's folder may move: files in it, and the windows beside it, are written relative to it") {
  const test::TempFolder temp;
  const std::filesystem::path folder = temp.folder("fit");
  write_training(folder, a_training(folder));
  const Value json = read_json(folder / training_file_name);
  CHECK(json.at("last") == Value("last.ckpt"));
  CHECK(json.at("windows") == Value("../slice_windows"));
  CHECK(json.at("best") == Value("/logs/version_3/best.ckpt"));
}

TEST_CASE("an incomplete training record is read") {
  const test::TempFolder temp;
  write_text(temp.path() / training_file_name, R"({"model": "M", "best": null, "history": [{"train_loss": 1}, {"epoch": 7}], "loss": 3})");
  const TrainingRecord read = read_training({.kind = "checkpoint", .stage = "fit", .folder = temp.path()});
  CHECK(read.model_type == "M");
  CHECK(read.best.empty());
  CHECK(read.windows.empty());
  CHECK_FALSE(read.score);
  CHECK(read.pipeline.is_null());
  CHECK(read.loss.type.empty());
  REQUIRE(read.history.size() == 2);
  CHECK(read.history[0].epoch == 0);
  CHECK(read.history[1].epoch == 7);
  CHECK(contains(error_of([&] { static_cast<void>(read_training({"checkpoint", "fit", temp.path() / "none"})); }), "none/train.json"));
}

SplitErrors some_errors(double mse) {
  return {.windows = 5,
          .filled_values = 1,
          .zero_values = 2,
          .scaled = {{"loss", mse}, {"mse", mse}, {"avg_abs_accuracy", 0.9}, {"r2", nan}, {"my_metric", 7}},
          .naive_scaled = {{"mse", 2 * mse}, {"avg_abs_accuracy", 0.8}},
          .original = {{"a", {{"mae", mse}}}},
          .naive_original = {{"a", {{"mae", nan}}}},
          .scaled_by_target = {{"a", {{"mse", mse}}}},
          .naive_by_target = {{"a", {{"mse", 3 * mse}}}},
          .scaled_by_step = {{{"mse", mse}}, {{"mse", mse + 1}}},
          .naive_by_step = {{{"mse", 1}}, {{"mse", 2}}}};
}

MetricsRecord two_models() {
  return {.measures = {{.name = "avg_abs_accuracy", .key = "avg_{split}_abs_accuracy", .label = "Accuracy"}},
          .models = {{.stage = "train_b",
                      .model = "B",
                      .checkpoint = "/b.ckpt",
                      .main_split = "test",
                      .splits = {{"test", some_errors(0.25)}, {"val", some_errors(0.5)}},
                      .predictions = {{"test", "predictions.csv"}, {"val", "predictions.val.csv"}},
                      .attention = {{"test", "attention.csv"}}},
                     {.stage = "train_a", .model = "A", .main_split = "test", .splits = {{"test", some_errors(1)}}}},
          .leader = 0};
}

TEST_CASE("metrics are written under the names users know") {
  const test::TempFolder temp;
  write_metrics(temp.path(), two_models());
  const Value json = read_json(temp.path() / metrics_file_name);
  CHECK(json.at("stage") == Value("train_b"));
  CHECK(json.at("test_mse") == Value(0.25));
  CHECK(json.at("val_naive_mse") == Value(1.0));
  CHECK(json.at("naive_mse") == Value(0.5));
  CHECK(json.at("avg_val_abs_accuracy") == Value(0.9));
  CHECK(json.at("test_r2").is_null());
  CHECK(json.at("test_my_metric") == Value(7.0));
  CHECK(json.at("test_windows") == Value(5));
  CHECK(json.at("test_filled_values") == Value(1));
  CHECK(json.at("original").at("a").at("val").at("mae") == Value(0.5));
  CHECK(json.at("original").at("a").at("naive_mae").is_null());
  CHECK(json.at("by_target").at("a").at("naive_mse") == Value(0.75));
  CHECK(json.at("by_step").as_list()[1].at("val").at("mse") == Value(1.5));
  CHECK(json.at("by_step").as_list()[1].at("step") == Value(2));
  CHECK(json.at("files").at("predictions").at("val") == Value("predictions.val.csv"));
  CHECK(json.at("models").at("train_a").at("by_target").at("a").find("test") == nullptr);  // one split: nothing under its name
}

TEST_CASE("metrics are read as they were written") {
  const test::TempFolder temp;
  write_metrics(temp.path(), two_models());
  const MetricsRecord read = read_metrics(temp.path());
  REQUIRE(read.models.size() == 2);
  CHECK(read.models[read.leader].stage == "train_b");
  for (const ModelMetrics& written : two_models().models) {
    const auto found = std::ranges::find(read.models, written.stage, &ModelMetrics::stage);
    REQUIRE(found != read.models.end());
    CHECK(to_json(found->to_value(read.measures)) == to_json(written.to_value(two_models().measures)));
    CHECK(found->predictions == written.predictions);
    CHECK(found->main()->scaled_by_step.size() == 2);
    CHECK(found->main()->naive_scaled.at("avg_abs_accuracy") == 0.8);
    CHECK(std::isnan(found->main()->scaled.at("r2")));
  }
}

TEST_CASE("incomplete metrics are read") {
  const MetricsRecord read = metrics_of(from_json(R"({"val_mse": 0.5, "naive_mse": 1, "by_step": 3, "original": {"a": 4}, "x": []})", "m"));
  REQUIRE(read.models.size() == 1);
  const ModelMetrics& model = read.models[0];
  CHECK(model.main_split == "val");
  CHECK(model.main()->scaled.at("mse") == 0.5);
  CHECK(model.main()->naive_scaled.at("mse") == 1);
  CHECK(model.main()->scaled_by_step.empty());
  CHECK(model.predictions.empty());
  CHECK(metrics_of(Value()).models.size() == 1);
  CHECK(metrics_of(Value()).models[0].main() == nullptr);
}

TEST_CASE("cells of a CSV file are quoted where they need it") {
  CHECK(csv_field("plain text") == "plain text");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"a\"") == "\"say \"\"a\"\"\"");
  CHECK(csv_field("two\nlines") == "\"two\nlines\"");
  CHECK(csv_value(Value()).empty());
  CHECK(csv_value(Value(0.1)) == "0.1");
  CHECK(csv_value(Value(Value::List{1, 2})) == "\"[1,2]\"");
}

TEST_CASE("numbers of a CSV file read back as the same double, infinities and none too") {
  const test::TempFolder temp;
  const std::vector<double> numbers{0.1,
                                    1.0 / 3,
                                    -1e-300,
                                    123456789.123456789,
                                    std::numeric_limits<double>::denorm_min(),
                                    std::numeric_limits<double>::max(),
                                    std::numeric_limits<double>::infinity(),
                                    -0.0};
  std::string text = "x,y\n";
  for (const double number : numbers) {
    text += "0";
    append_csv_number(text, number);
    text += '\n';
  }
  CsvLines lines(temp.file("numbers.csv", text));
  for (const double number : numbers) {
    REQUIRE(lines.next());
    CHECK(lines.number(1) == number);
    CHECK(std::signbit(lines.number(1)) == std::signbit(number));
  }
  CHECK_FALSE(lines.next());
}

TEST_CASE("a damaged file's cure names the stage whose folder it lies in") {
  const test::TempFolder temp;
  const std::filesystem::path folder = temp.folder("my_evaluate");
  std::ofstream(folder / "p.csv") << "a,b\n1\n";
  CsvLines lines(folder / "p.csv");
  CHECK(contains(error_of([&] { static_cast<void>(lines.next()); }),
                 "my_evaluate/p.csv:2: 1 cells where the heading has 2; the file is damaged, run the stage that writes it again (--from "
                 "my_evaluate --force)"));
}

TEST_CASE("predictions are read as they were written, whatever their targets are called") {
  const test::TempFolder temp;
  const std::vector<std::string> targets{"a,\"b\"", "a,\"b\"_pred", "step"};
  PredictionsWriter writer(temp.path() / "p.csv", targets, true);
  const std::vector<double> truth{0.1, nan, 3}, forecast{1.0 / 3, 2.0 / 3, -1}, naive{7, 8, 9};
  writer.add("2024-01-01", "2024-01-02", 1, truth, forecast, naive);
  writer.add("2024-01-01", "2024-01-03 00:00:00.5", 2, truth, forecast, naive);
  writer.finish();
  CHECK(read_text(temp.path() / "p.csv").starts_with("origin,time,step,\"a,\"\"b\"\"\",\"a,\"\"b\"\"_pred\",\"a,\"\"b\"\"_naive\","));
  PredictionsReader reader(temp.path() / "p.csv");
  CHECK(reader.targets() == targets);
  REQUIRE(reader.next());
  CHECK(reader.has_time());
  CHECK(reader.origin_text() == "2024-01-01");
  CHECK(reader.time() == reader.origin() + day);
  CHECK(reader.step() == 1);
  for (std::size_t t = 0; t < targets.size(); ++t) {
    CHECK((t == 1 ? std::isnan(reader.truth(t)) : reader.truth(t) == truth[t]));
    CHECK(reader.forecast(t) == forecast[t]);
    CHECK(reader.naive(t) == naive[t]);
  }
  REQUIRE(reader.next());
  CHECK(reader.time() == reader.origin() + 2 * day + 500'000'000);
  CHECK_FALSE(reader.next());
}

TEST_CASE("quantiles and intervals stand behind each target's forecast, and an unknown end is empty") {
  const test::TempFolder temp;
  const std::vector<std::string> targets{"x", "y"};
  PredictionsWriter writer(temp.path() / "p.csv", targets, true, {}, {.quantile_levels = {0.025, 0.5}, .interval_levels = {80, 97.5}});
  const std::vector<double> quantiles{1, 2, 3, 4}, ends{5, 6, 7, 8, nan, nan, 11, 12};
  writer.add("0", "1", 1, std::vector<double>{0.1, 0.2}, std::vector<double>{2, 4}, std::vector<double>{0, 0}, quantiles, ends);
  writer.finish();
  CHECK(read_text(temp.path() / "p.csv") ==
        "origin,time,step,x,x_pred,x_naive,x_q0.025,x_q0.5,x_lo_80,x_hi_80,x_lo_97.5,x_hi_97.5,"
        "y,y_pred,y_naive,y_q0.025,y_q0.5,y_lo_80,y_hi_80,y_lo_97.5,y_hi_97.5\n0,1,1,0.1,2,0,1,2,5,6,7,8,0.2,4,0,3,4,,,11,12\n");
  PredictionsReader reader(temp.path() / "p.csv");
  CHECK(reader.targets() == targets);
  CHECK(reader.bands().quantile_levels == std::vector{0.025, 0.5});
  CHECK(reader.bands().interval_levels == std::vector{80.0, 97.5});
  REQUIRE(reader.next());
  CHECK(reader.quantile(1, 0) == 3);
  CHECK(std::isnan(reader.lower(1, 0)));
  CHECK(reader.upper(1, 1) == 12);
  CHECK(reader.naive(1) == 0);
}

TEST_CASE("a target that has the heading of another's quantile or interval is refused") {
  const auto sentence = [](const std::string& other) {
    const auto clashes =
        heading_clashes(std::vector<std::string>{"x", other}, {}, {.quantile_levels = {0.1}, .interval_levels = {80, 97.5}});
    return clashes.empty() ? std::string() : clashes.front().sentence;
  };
  CHECK(sentence("x_q0.1") ==
        "the target \"x_q0.1\" has the heading that a quantile or an interval of the target \"x\" has in predictions.csv: rename the "
        "column in "
        "the source file");
  CHECK_FALSE(sentence("x_lo_80").empty());
  CHECK_FALSE(sentence("x_hi_97.5").empty());
  for (const char* fine : {"x_q4", "x_quality", "x_lo_fi", "q0.1", "x_q0.2", "x_lo_95"}) CHECK_MESSAGE(sentence(fine).empty(), fine);
  CHECK(heading_clashes(std::vector<std::string>{"x", "x_q0.1"}).empty());  // no file has a quantile
  const test::TempFolder temp;
  CHECK_THROWS_WITH_AS(
      PredictionsWriter(temp.path() / "p.csv", std::vector<std::string>{"x", "x_lo_80"}, true, {}, {.interval_levels = {80}}),
      "the target \"x_lo_80\" has the heading that a quantile or an interval of the target \"x\" has in predictions.csv: "
      "rename the column in the source file",
      Error);
}

TEST_CASE("metrics.json keeps the last season, the ranking and what was replaced") {
  const test::TempFolder temp;
  SplitErrors errors;
  errors.scaled = {{"mse", 0.5}}, errors.naive_scaled = {{"mse", 0.6}}, errors.seasonal_scaled = {{"mse", 0.7}};
  errors.scaled_by_target["y"] = {{"mse", 0.5}};
  errors.original["y"] = {{"mae", 1.0}}, errors.naive_original["y"] = {{"mae", 2.0}}, errors.seasonal_original["y"] = {{"mae", 3.0}};
  errors.original_all = {{"mase", 0.8}, {"calibration_0.1", 0.2}}, errors.seasonal_original_all = {{"mase", 0.9}};
  ModelMetrics model{.stage = "baselines/Theta", .main_split = "test", .replaced = 3, .ranking = 0.75};
  model.splits["test"] = errors;
  ModelMetrics other = model;
  other.stage = "train", other.replaced = 0, other.ranking = nan;
  write_metrics(temp.path(), {.measures = {}, .models = {model, other}, .leader = 0, .ranked_by = "val_mase"});
  const MetricsRecord read = read_metrics(temp.path());
  CHECK(read.ranked_by == "val_mase");
  REQUIRE(read.models.size() == 2);
  const ModelMetrics& back = read.models[read.leader];
  CHECK(back.stage == "baselines/Theta");
  CHECK(back.replaced == 3);
  CHECK(back.ranking == 0.75);
  CHECK(back.main()->seasonal_scaled == errors.seasonal_scaled);
  CHECK(back.main()->seasonal_original == errors.seasonal_original);
  CHECK(back.main()->seasonal_original_all == errors.seasonal_original_all);
  CHECK(back.main()->original_all == errors.original_all);
  CHECK(std::isnan(read.models[1].ranking));
}

TEST_CASE("a target may be called like another's naive forecast") {
  const test::TempFolder temp;
  const std::vector<std::string> targets{"x", "x_naive"};
  PredictionsWriter writer(temp.path() / "p.csv", targets, false);
  writer.add("0", "1", 1, std::vector<double>{1, 2}, std::vector<double>{3, 4}, {});
  writer.finish();
  PredictionsReader reader(temp.path() / "p.csv");
  CHECK(reader.targets() == targets);
  REQUIRE(reader.next());
  CHECK(reader.forecast(1) == 4);
  CHECK(std::isnan(reader.naive(0)));
}

TEST_CASE("predictions without a naive forecast count rows where there is no time") {
  const test::TempFolder temp;
  PredictionsWriter writer(temp.path() / "p.csv", std::vector<std::string>{"y"}, false);
  writer.add("-5", "-4", 1, std::vector<double>{1}, std::vector<double>{2});
  writer.finish();
  CHECK(read_text(temp.path() / "p.csv") == "origin,time,step,y,y_pred\n-5,-4,1,1,2\n");
  PredictionsReader reader(temp.path() / "p.csv");
  REQUIRE(reader.next());
  CHECK_FALSE(reader.has_time());
  CHECK(reader.time() == -4);
  CHECK(std::isnan(reader.naive(0)));
}

TEST_CASE("dates stand alone where every time is a whole day, also those past the last one") {
  SeriesInfo info;
  info.has_time = true;
  info.step_ns = day;
  const std::vector<std::int64_t> days{0, day}, hours{0, hour};
  CHECK(TimeText(info, days)(day) == "1970-01-02");
  CHECK(TimeText(info, hours)(day) == "1970-01-02 00:00:00");
  info.step_ns = hour;  // one row is known, and the next is an hour later
  CHECK(TimeText(info, std::vector<std::int64_t>{0})(0) == "1970-01-01 00:00:00");
  info.has_time = false;
  CHECK(TimeText(info, days)(17) == "17");
}

}  // namespace
}  // namespace pipeline
