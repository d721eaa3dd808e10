// `predict --workflow` with LightGBM and with ensembles: the forecasts are those that evaluate measured, where both saw the same rows.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/data/forecasts.h"
#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

const std::string library = SOURCE_DIR "/.deps/lightgbm-4.7.0/lightgbm/lib/lib_lightgbm.so";
const std::string trees = "[stages.lightgbm]\nlags = [1, 2, 24]\nnum_iterations = 8\nlibrary = \"" + library + "\"\n";
const std::string baselines = "[stages.baselines]\nmodels = [\"Theta\", \"WindowAverage\"]\n";
const std::string network = "[model]\ntype = \"LSTMModel\"\nhidden_size = 8\nnum_layers = 1\n[trainer]\nmax_epochs = 2\n[stages.train]\n";

constexpr int first_test_row = 340;  // 400 rows, 0.7, 0.15, 0.15
const std::string first_origin = "2024-01-15 03:00:00";

/// The cells of a CSV file by their headings, line by line. Lines from one origin follow each other.
using Line = std::map<std::string, std::string>;
std::vector<Line> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<Line> out;
  std::vector<std::string> heads;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> cells{""};
    for (const char c : line) c == ',' ? void(cells.emplace_back()) : void(cells.back() += c);
    if (heads.empty()) {
      heads = cells;
      continue;
    }
    REQUIRE(cells.size() == heads.size());
    Line& of = out.emplace_back();
    for (std::size_t i = 0; i < cells.size(); ++i) of[heads[i]] = cells[i];
  }
  return out;
}

std::vector<Line> from_origin(const std::vector<Line>& lines, const std::string& origin) {
  std::vector<Line> out;
  for (const Line& line : lines) {
    if (line.at("origin") == origin) out.push_back(line);
  }
  return out;
}

/// Every column of the forecasts, but the truth and the naive forecast, is in the predictions too, with the same numbers.
void check_same(const std::vector<Line>& forecasts, const std::vector<Line>& predictions) {
  REQUIRE(!forecasts.empty());
  REQUIRE(forecasts.size() == predictions.size());
  for (std::size_t i = 0; i < forecasts.size(); ++i) {
    for (const auto& [heading, text] : forecasts[i]) {
      REQUIRE_MESSAGE(predictions[i].contains(heading), heading);
      const std::string& other = predictions[i].at(heading);
      if (heading == "origin" || heading == "time" || heading == "step" || heading == "id") {
        CHECK(text == other);
      } else {
        CHECK_MESSAGE(std::stod(text) == doctest::Approx(std::stod(other)).epsilon(1e-5), heading);
      }
    }
  }
}

class ModelsFixture : public WorkflowFixture {
 public:
  /// small.csv up to a row.
  void cut(const std::string& name, int rows) const {
    std::istringstream in(read("small.csv"));
    std::string text, line;
    for (int i = 0; i <= rows && std::getline(in, line); ++i) text += line + "\n";
    write(name, text);
  }
  void small(const std::string& tables) const {
    workflow(tables);
    write("workflow.toml", "matmul_precision = \"highest\"\n" + read("workflow.toml"));
  }
  [[nodiscard]] Finished predict(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"predict", "--workflow", "workflow.toml"});
    return pipeline(arguments);
  }
};

}  // namespace

TEST_CASE_FIXTURE(ModelsFixture, "networks are members of an ensemble, with the forecasts that evaluate measures") {
  small(network + baselines + "[stages.ensemble]\nmethod = \"mean\"\n[stages.evaluate]\n[stages.visualize]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const auto networks = Forecasts::open(path() / "runs/small/ensemble/networks/train"),
             whole = Forecasts::open(path() / "runs/small/ensemble"), local = Forecasts::open(path() / "runs/small/baselines");
  CHECK(networks->models().front().name == "LSTMModel");
  CHECK(networks->windows() == whole->windows());
  REQUIRE(networks->values(0).size() == whole->values(0).size());
  REQUIRE(local->models()[1].levels.empty());
  const std::size_t theta = 1 + local->models()[0].levels.size();
  for (std::size_t i = 0; i < whole->values(0).size(); ++i) {
    const double mean = (networks->values(0)[i] + local->values(0)[i * theta] + local->values(1)[i]) / 3;
    REQUIRE(whole->values(0)[i] == doctest::Approx(mean).epsilon(1e-12));
  }
  const Value models = json("runs/small/evaluate/metrics.json").at("models");
  CHECK(models.find("ensemble/mean") != nullptr);
  const std::string file = models.at("train").at("files").at("predictions").at("test").as_string();
  std::vector<double> measured;
  for (const Line& line : lines_of(read("runs/small/evaluate/" + file))) measured.push_back(std::stod(line.at("load_pred")));
  std::size_t at = 0;
  for (std::size_t i = 0; i < networks->origins().size(); ++i) {
    for (std::size_t step = 0; step < 3 && networks->origins()[i].split == 2; ++step)
      REQUIRE(networks->values(0)[3 * i + step] == doctest::Approx(measured.at(at++)).epsilon(1e-12));
  }
  CHECK(at == measured.size());
  CHECK(contains(read("runs/small/visualize/report.html"), "ensemble/mean"));
  const Value record = json("runs/small/ensemble/ensemble.json");
  CHECK(std::filesystem::exists(record.at("checkpoints").at("train").as_string()));
  // What is not named is not forecast.
  REQUIRE(run({"--set", "stages.ensemble.models=[\"Theta\", \"WindowAverage\"]"}).status == 0);
  CHECK_FALSE(exists("runs/small/ensemble/networks"));
}

TEST_CASE_FIXTURE(ModelsFixture, "a network of quantiles leaves its own, and one of a distribution those that the ensemble asks for") {
  small("[loss]\ntype = \"QuantileLoss\"\nquantiles = [0.1, 0.5, 0.9]\n" + network +
        "[stages.other]\ntype = \"train\"\nloss.type = \"NormalLoss\"\n" +
        "[stages.baselines]\nmodels = [\"Theta\"]\nquantiles = [0.1, 0.9]\n" +
        "[stages.ensemble]\nquantiles = [0.1, 0.9]\n[stages.evaluate]\nquantiles = [0.1, 0.9]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const auto levels = [&](const std::string& folder) { return Forecasts::open(path() / "runs/small" / folder)->models().front().levels; };
  CHECK(levels("ensemble/networks/train") == std::vector<double>{0.1, 0.5, 0.9});
  CHECK(levels("ensemble/networks/other") == std::vector<double>{0.1, 0.9});
  CHECK(levels("ensemble") == std::vector<double>{0.1, 0.9});
  CHECK(json("runs/small/ensemble/ensemble.json").at("metric").as_string() == "wql");
  cut("cut.csv", first_test_row);
  const Finished predicted = predict({"--input", "cut.csv", "--stage", "ensemble/greedy"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  const Value models = json("runs/small/evaluate/metrics.json").at("models");
  const std::string file = models.at("ensemble/greedy").at("files").at("predictions").at("test").as_string();
  check_same(lines_of(predicted.out), from_origin(lines_of(read("runs/small/evaluate/" + file)), first_origin));
}

TEST_CASE_FIXTURE(ModelsFixture, "predict runs the ensemble that evaluate chose, with its members and intervals") {
  small(network + baselines + "[stages.ensemble]\nmethod = \"mean\"\n[stages.evaluate]\nintervals = { levels = [80] }\n");
  REQUIRE(run().status == 0);
  cut("cut.csv", first_test_row);
  const Finished predicted = predict({"--input", "cut.csv", "--stage", "ensemble/mean"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  CHECK_MESSAGE(contains(predicted.err, "model: mean, which combines other models, of stage ensemble/mean, as evaluate measured it"),
                predicted.err);
  CHECK_MESSAGE(contains(predicted.err, "members (mean): baselines/Theta, baselines/WindowAverage, train"), predicted.err);
  const Value models = json("runs/small/evaluate/metrics.json").at("models");
  const std::string file = models.at("ensemble/mean").at("files").at("predictions").at("test").as_string();
  check_same(lines_of(predicted.out), from_origin(lines_of(read("runs/small/evaluate/" + file)), first_origin));
  CHECK(contains(predicted.out, "load_lo_80,load_hi_80"));
  // Of all rows, those that every member forecasts: a window of the network before them.
  const Finished all = predict({"--input", "cut.csv", "--stage", "ensemble/mean", "--all"});
  REQUIRE_MESSAGE(all.status == 0, all.err);
  CHECK(lines_of(all.out).size() == static_cast<std::size_t>(3 * (first_test_row - 23)));

  const std::string checkpoint = json("runs/small/ensemble/ensemble.json").at("checkpoints").at("train").as_string();
  const Finished onto = predict({"--input", "cut.csv", "--stage", "ensemble/mean", "--output", checkpoint});
  CHECK(onto.status == 2);
  CHECK_MESSAGE(contains(onto.err, " is a checkpoint of stage \"train\": choose another name"), onto.err);

  std::filesystem::remove(checkpoint);
  const Finished gone = predict({"--input", "cut.csv", "--stage", "ensemble/mean"});
  CHECK(gone.status == 2);
  CHECK_MESSAGE(contains(gone.err, "its model is made of train, whose checkpoint is gone ("), gone.err);
  write("runs/small/ensemble/ensemble.json", "{}");
  const Finished damaged = predict({"--input", "cut.csv", "--stage", "ensemble/mean"});
  CHECK(damaged.status == 4);
  CHECK_MESSAGE(contains(damaged.err, "ensemble.json is damaged: "), damaged.err);
  CHECK_MESSAGE(contains(damaged.err, "; run that stage again (--from ensemble --force)"), damaged.err);
  // The cures work.
  REQUIRE(run().status == 0);
  REQUIRE(run({"--from", "ensemble", "--force"}).status == 0);
  CHECK(predict({"--input", "cut.csv", "--stage", "ensemble/mean"}).status == 0);
}

TEST_CASE_FIXTURE(ModelsFixture, "predict grows LightGBM's trees from the rows up to the first forecast, as the stage does" *
                                     doctest::skip(!std::filesystem::exists(library))) {
  small(trees + "quantiles = [0.1, 0.9]\n[stages.evaluate]\nintervals = { levels = [80] }\n");
  REQUIRE(run().status == 0);
  const std::vector<Line> measured = lines_of(read("runs/small/evaluate/predictions.csv"));
  cut("cut.csv", first_test_row);
  const Finished predicted = predict({"--input", "cut.csv"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  CHECK_MESSAGE(
      contains(predicted.err, "model: LightGBM, fitted to the rows of the input, of stage lightgbm/LightGBM, as evaluate measured it"),
      predicted.err);
  check_same(lines_of(predicted.out), from_origin(measured, first_origin));
  // From the first origin of test on, the rows after it move the forecasts and teach nothing: so evaluate has it.
  const Finished several = predict({"--input", "small.csv", "--from", first_origin});
  REQUIRE_MESSAGE(several.status == 0, several.err);
  std::vector<Line> within;
  for (const Line& line : lines_of(several.out)) {
    if (!from_origin(measured, line.at("origin")).empty()) within.push_back(line);
  }
  check_same(within, measured);

  const Finished all = predict({"--input", "small.csv", "--all"});
  CHECK(all.status == 2);
  CHECK_MESSAGE(contains(all.err,
                         "--all: LightGBM learns from the rows before the first forecast, and with --all there are none; name the time of "
                         "the first one with --from TIME"),
                all.err);
  cut("short.csv", 20);
  const Finished few = predict({"--input", "short.csv"});
  CHECK(few.status == 4);
  CHECK_MESSAGE(
      contains(few.err, "short.csv: LightGBM learns from the rows up to the forecast, and they are too few: give it the long history"),
      few.err);
  write("empty.csv", read("short.csv") + "2024-01-01 20:00:00,,20\n");
  const Finished without = predict({"--input", "empty.csv"});
  CHECK(without.status == 4);
  CHECK_MESSAGE(contains(without.err, "missing"), without.err);
}

TEST_CASE_FIXTURE(ModelsFixture, "an ensemble of a network, baselines and LightGBM forecasts what evaluate measured" *
                                     doctest::skip(!std::filesystem::exists(library))) {
  small(network + baselines + trees + "[stages.ensemble]\nmethod = \"median\"\n[stages.evaluate]\n");
  REQUIRE(run().status == 0);
  cut("cut.csv", first_test_row);
  const Finished predicted = predict({"--input", "cut.csv", "--stage", "ensemble/median"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  const Value models = json("runs/small/evaluate/metrics.json").at("models");
  const std::string file = models.at("ensemble/median").at("files").at("predictions").at("test").as_string();
  check_same(lines_of(predicted.out), from_origin(lines_of(read("runs/small/evaluate/" + file)), first_origin));
  const Finished all = predict({"--input", "cut.csv", "--stage", "ensemble/median", "--all"});
  CHECK(all.status == 2);
  CHECK(contains(all.err, "name the time of the first one with --from TIME"));
  CHECK(predict({"--input", "small.csv", "--stage", "ensemble/median", "--from", first_origin}).status == 0);
}

TEST_CASE_FIXTURE(ModelsFixture, "of many series, each is forecast from its own last row, and some alone are the same" *
                                     doctest::skip(!std::filesystem::exists(library))) {
  const auto panel = [](const std::vector<std::string>& ids, int days) {
    constexpr std::array days_before{0, 31, 60};  // of January, February and March
    std::string csv = "id,day,y,promo,size\n";
    for (std::size_t s = 0; s < ids.size(); ++s) {
      for (int day = 0; day < days; ++day) {
        const int month = day < 31 ? 0 : day < 60 ? 1 : 2, y = static_cast<int>(s + 1) * (10 + day * 37 % 17);
        char line[80];
        std::snprintf(line, sizeof(line), "%s,2024-%02d-%02d,%d,%d,%d\n", ids[s].c_str(), 1 + month,
                      1 + day - days_before[static_cast<std::size_t>(month)], y, day % 3, static_cast<int>(10 * s));
        csv += line;
      }
    }
    return csv;
  };
  write("panel.csv", panel({"a", "b", "c"}, 84));
  write("workflow.toml", R"(name = "panel"
threads = 1
matmul_precision = "highest"
split = { val = 20, test = 14 }
[stages.preprocess]
source = "panel.csv"
time_column = "day"
series_column = "id"
features = ["y", "promo"]
static = ["size"]
target = ["y"]
[stages.slice_windows]
window = 8
horizon = 2
[model]
type = "LinearModel"
[trainer]
max_epochs = 1
[stages.train]
[stages.baselines]
models = ["Theta"]
)" + trees + R"([stages.ensemble]
method = "mean"
[stages.evaluate]
intervals = { levels = [80] }
)");
  write("workflow.toml", [&] {
    std::string text = read("workflow.toml");
    return text.replace(text.find("lags = [1, 2, 24]"), 17, "lags = [1, 2, 7]");
  }());
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  // The first test origin is the row before the last 14.
  write("cut.csv", panel({"a", "b", "c"}, 70));
  const Finished whole = predict({"--input", "cut.csv", "--stage", "ensemble/mean"});
  REQUIRE_MESSAGE(whole.status == 0, whole.err);
  const Value models = json("runs/panel/evaluate/metrics.json").at("models");
  const std::string file = models.at("ensemble/mean").at("files").at("predictions").at("test").as_string();
  const std::vector<Line> forecasts = lines_of(whole.out);
  CHECK(forecasts.size() == 6);
  check_same(forecasts, from_origin(lines_of(read("runs/panel/evaluate/" + file)), forecasts.front().at("origin")));
  const Finished one = predict({"--input", "cut.csv", "--stage", "ensemble/mean", "--series", "b"});
  REQUIRE_MESSAGE(one.status == 0, one.err);
  std::vector<Line> of_b;
  for (const Line& line : forecasts) {
    if (line.at("id") == "b") of_b.push_back(line);
  }
  check_same(lines_of(one.out), of_b);
  // A series that evaluate did not know has the distances of the others, in units of its own changes.
  write("new.csv", panel({"a", "d"}, 70));
  const Finished unknown = predict({"--input", "new.csv", "--stage", "baselines/Theta"});
  REQUIRE_MESSAGE(unknown.status == 0, unknown.err);
  CHECK_MESSAGE(
      contains(unknown.err, "1 series was not evaluated, and its intervals are those of the others, in units of its own changes: d"),
      unknown.err);
  CHECK_FALSE(contains(unknown.out, ",,"));
  // A series that is too short for the network has no forecast of the ensemble, and LightGBM repeats its last value.
  write("short.csv", panel({"a"}, 70) + "b,2024-01-01,5,0,10\nb,2024-01-02,7,1,10\n");
  const Finished without = predict({"--input", "short.csv", "--stage", "ensemble/mean"});
  REQUIRE_MESSAGE(without.status == 0, without.err);
  CHECK_MESSAGE(contains(without.err, "1 row has no forecast: not every member of the ensemble has one from there"), without.err);
  CHECK(lines_of(without.out).size() == 2);
  const Finished repeated = predict({"--input", "short.csv", "--stage", "lightgbm/LightGBM"});
  REQUIRE_MESSAGE(repeated.status == 0, repeated.err);
  CHECK_MESSAGE(contains(repeated.err, "LightGBM: the last value stands for 1 of 2 forecasts"), repeated.err);
  CHECK(std::stod(lines_of(repeated.out).back().at("y_pred")) == 7);
}

TEST_CASE_FIXTURE(ModelsFixture, "a model that the workflow has no more, and a member that changed, are told") {
  small(baselines + "[stages.evaluate]\n");
  REQUIRE(run().status == 0);
  workflow("[stages.other]\ntype = \"baselines\"\nmodels = [\"Theta\"]\n[stages.evaluate]\n");
  const Finished gone = predict({"--input", "small.csv", "--stage", "baselines/Theta"});
  CHECK(gone.status == 2);
  CHECK_MESSAGE(contains(gone.err,
                         "evaluate chose baselines/Theta, which is no trained model and no forecaster of the workflow: run `pipeline run` "
                         "again, or name a model with --stage"),
                gone.err);

  small(baselines + "[stages.ensemble]\nmethod = \"mean\"\nmodels = [\"Theta\", \"SES\"]\n[stages.evaluate]\n");
  const std::string text = read("workflow.toml");
  const auto listed = [&](const std::string& models) {
    std::string now = text;
    write("workflow.toml", now.replace(now.find("\"Theta\", \"WindowAverage\"]"), 25, models));
  };
  listed("\"Theta\", \"SES\"]\nquantiles = [0.1, 0.9]");
  REQUIRE(run().status == 0);
  listed("\"Theta\", \"SES\"]\nquantiles = [0.2, 0.8]");
  const Finished changed = predict({"--input", "small.csv", "--stage", "ensemble/mean"});
  CHECK(changed.status == 4);
  CHECK_MESSAGE(contains(changed.err, "has no quantile at 0.1 in this forecast, which the ensemble combines"), changed.err);
  listed("\"Theta\", \"SES\"]\nquantiles = [0.1, 0.9]");
  CHECK(predict({"--input", "small.csv", "--stage", "ensemble/mean"}).status == 0);
}

TEST_CASE_FIXTURE(ModelsFixture,
                  "what LightGBM cannot learn or continue in an input is told" * doctest::skip(!std::filesystem::exists(library))) {
  small(trees + "[stages.evaluate]\n");
  write("workflow.toml", "season_length = 2\n" + read("workflow.toml"));
  REQUIRE(run().status == 0);
  cut("four.csv", 4);
  const Finished four = predict({"--input", "four.csv"});
  REQUIRE_MESSAGE(four.status == 0, four.err);
  CHECK_MESSAGE(contains(four.err, "LightGBM: the rows reach too few steps ahead to learn the last 1: the last value stands there"),
                four.err);

  small(trees + "[stages.evaluate]\n");
  std::string text = read("workflow.toml");
  write("workflow.toml", text.replace(text.find("[\"load\", \"heat\"]"), 16, "[\"heat\"]"));
  REQUIRE(run().status == 0);
  write("heat.csv", "time,heat,load\n2024-01-01 00:00:00,20,10\n2024-01-01 01:00:00,20,\n");
  const Finished empty = predict({"--input", "heat.csv"});
  CHECK(empty.status == 4);
  CHECK_MESSAGE(contains(empty.err, "column \"load\" has a row without a value before the forecast, which LightGBM continues: fill it in"),
                empty.err);
}

TEST_CASE_FIXTURE(ModelsFixture, "members of an ensemble forecast the rows that are given ahead, whether they read them or not") {
  using namespace std::chrono;
  const auto line_of = [](sys_days day, const std::string& y, bool promo) {
    const year_month_day date(day);
    char text[48];
    std::snprintf(text, sizeof(text), "2023-%02u-%02u,%s,%d\n", static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  y.c_str(), promo ? 1 : 0);
    return std::string(text);
  };
  std::string csv = "date,y,promo\n";
  int row = 0;
  for (sys_days day = 2023y / 1 / 2; day <= sys_days(2023y / 5 / 25); day += days(1)) {
    if (weekday(day) == Saturday || weekday(day) == Sunday) continue;
    const bool promo = row % 5 == 2;
    csv += line_of(day, std::to_string(50 + row++ % 3 + (promo ? 30 : 0)), promo);
  }
  write("days.csv", csv);
  write("workflow.toml",
        "name = \"days\"\nthreads = 1\n[stages.preprocess]\nsource = \"days.csv\"\ntime_column = \"date\"\nfrequency = \"business_day\"\n"
        "features = [\"y\"]\ntarget = [\"y\"]\nknown_future = [\"promo\"]\n[stages.slice_windows]\nwindow = 5\nhorizon = 3\n"
        "[stages.baselines]\nmodels = [\"Naive\"]\n[model]\ntype = \"LSTMModel\"\nhidden_size = 4\n[trainer]\nmax_epochs = "
        "2\n[stages.train]\n"
        "[stages.ensemble]\nmethod = \"mean\"\n[stages.evaluate]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  // Monday the 29th is a holiday, so that no row is given for it.
  write("ahead.csv", "date,promo\n2023-05-26,1\n2023-05-30,1\n2023-05-31,0\n");
  const auto forecast = [&](const char* stage) {
    const Finished next = predict({"--stage", stage, "--input", "days.csv", "--future", "ahead.csv"});
    REQUIRE_MESSAGE(next.status == 0, next.err);
    return lines_of(next.out);
  };
  const std::vector<Line> network_only = forecast("train"), joined = forecast("ensemble/mean"), naive = forecast("baselines/Naive");
  REQUIRE(joined.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(joined[i].at("time") == std::array{"2023-05-26", "2023-05-30", "2023-05-31"}[i]);
    CHECK(naive[i].at("time") == joined[i].at("time"));
    CHECK(network_only[i].at("time") == joined[i].at("time"));
    const double mean = (std::stod(network_only[i].at("y_pred")) + std::stod(naive[i].at("y_pred"))) / 2;
    CHECK(std::stod(joined[i].at("y_pred")) == doctest::Approx(mean));
  }
  const Finished without = predict({"--stage", "baselines/Naive", "--input", "days.csv"});  // it reads nothing ahead
  CHECK_MESSAGE(without.status == 0, without.err);
  CHECK(lines_of(without.out)[1].at("time") == "2023-05-29");
}

TEST_CASE_FIXTURE(ModelsFixture, "an ensemble whose members forecast other columns is refused") {
  small(network + baselines + "[stages.ensemble]\nmethod = \"mean\"\n[stages.evaluate]\n");
  REQUIRE(run().status == 0);
  REQUIRE(run({"--until", "slice_windows", "--set", "stages.preprocess.target=[\"heat\"]"}).status == 0);
  const Finished refused = predict({"--input", "small.csv", "--stage", "ensemble/mean"});
  CHECK(refused.status == 2);
  CHECK_MESSAGE(contains(refused.err,
                         "the ensemble combines baselines/Theta, which forecasts heat, 3 steps, and train, which forecasts load, 3 steps: "
                         "one of them is older than the other; run `pipeline run` again, which makes them alike"),
                refused.err);
  REQUIRE(run().status == 0);  // the cure
  CHECK(predict({"--input", "small.csv", "--stage", "ensemble/mean"}).status == 0);
}
