// The stage `backtest`: folds beside runs by hand, the pass without refit, interruptions, and sentences.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "pipeline/data/csv.h"
#include "pipeline/data/series.h"
#include "workflows/search_fixture.h"
#include "workflows/uncertainty_fixture.h"
#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

const std::string models = R"([model]
type = "LSTMModel"
hidden_size = 4
num_layers = 1
[optimizer]
type = "Adam"
lr = 0.01
[trainer]
max_epochs = 2
[stages.train]
[stages.baselines]
models = ["SeasonalNaive", "Theta"]
quantiles = [0.1, 0.5, 0.9]
[stages.evaluate]
intervals = { method = "conformal", levels = [80] }
)";

const std::string folds = "runs/small/.backtest.lasting/folds/";

/// small.csv without its last rows.
std::string shortened(const std::string& csv, int rows) {
  std::vector<std::string> lines;
  std::istringstream in(csv);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::string out;
  for (std::size_t i = 0; i + static_cast<std::size_t>(rows) < lines.size(); ++i) out += lines[i] + "\n";
  return out;
}

/// The forecasts in backtest.csv, by model, cutoff and step.
std::map<std::string, double> forecasts_in(const std::filesystem::path& file) {
  CsvLines lines(file);
  const auto column = [&](const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(lines.header(), name) - lines.header().begin());
  };
  std::map<std::string, double> out;
  while (lines.next())
    out[lines.text(column("model")) + " " + lines.text(column("cutoff")) + " " + lines.text(column("step"))] =
        lines.number(column("prediction"));
  return out;
}

/// The numbers in the first rows of small.csv.
std::vector<double> loads(const std::string& csv, std::size_t rows) {
  std::vector<double> out;
  std::istringstream in(csv);
  std::string line;
  std::getline(in, line);
  while (out.size() < rows && std::getline(in, line)) out.push_back(std::stod(line.substr(line.find(',') + 1)));
  return out;
}

/// Days of some series, of so many rows each.
std::string panel(const std::vector<int>& rows) {
  std::string csv = "unique_id,ds,y\n";
  for (int series = 0; series < static_cast<int>(rows.size()); ++series) {
    for (int day = 0; day < rows[static_cast<std::size_t>(series)]; ++day) {
      char line[96];
      std::snprintf(line, sizeof(line), "s%d,%d,%.4f\n", series, day, 10 * (series + 1) + 3 * std::sin(day * 0.9 + series) + day % 7);
      csv += line;
    }
  }
  return csv;
}

const std::string panel_workflow = R"(name = "small"
threads = 2
season_length = 7
split = { val = 10, test = 16 }
[stages.preprocess]
source = "panel.csv"
time_column = "ds"
time_format = "epoch"
frequency = "1s"
series_column = "unique_id"
features = ["y"]
target = ["y"]
[stages.slice_windows]
window = 8
horizon = 4
[stages.baselines]
models = ["Naive", "Theta"]
[stages.evaluate]
[stages.backtest]
)";

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "a fold is a run on the rows before its cutoff, byte for byte") {
  workflow(models + "[stages.backtest]\nn_windows = 3\nstep_size = 5\nval = 40\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const std::string csv = read("small.csv");
  workflow(models);
  for (const int out : {10, 5, 0}) {
    const std::string by_hand = "by_hand_" + std::to_string(out), fold = folds + "fold_" + std::to_string(out);
    write("short.csv", shortened(csv, out));
    const Finished hand = run({"--set", "name=" + by_hand, "--set", "split={ val = 40, test = 3 }", "--set",
                               "stages.preprocess.source=short.csv", "--set", "log_dir=logs_" + by_hand});
    REQUIRE_MESSAGE(hand.status == 0, hand.err);
    for (const char* file : {"preprocess/series.npy", "preprocess/targets.npy", "preprocess/transform.json", "baselines/forecasts.npy",
                             "evaluate/predictions.csv", "evaluate/predictions.train.csv", "evaluate/predictions.baselines.Theta.csv",
                             "evaluate/predictions.baselines.SeasonalNaive.csv", "evaluate/conformal.json"}) {
      if (!exists("runs/" + by_hand + "/" + file)) continue;  // the leading model's file has no name of its own
      REQUIRE_MESSAGE(exists(fold + "/" + file), fold << "/" << file);
      CHECK_MESSAGE(read(fold + "/" + file) == read("runs/" + by_hand + "/" + file), fold << "/" << file);
    }
    CHECK(exists(fold + "/evaluate/conformal.json"));
    // The scaler has the mean and the population deviation of the fold's own training rows.
    const std::vector<double> rows = loads(csv, 400 - 40 - 3 - static_cast<std::size_t>(out));
    double sum = 0, squares = 0;
    for (const double load : rows) sum += load;
    const double mean = sum / static_cast<double>(rows.size());
    for (const double load : rows) squares += (load - mean) * (load - mean);
    const auto series = Series::open(path() / fold / "preprocess");
    CHECK(series->info().columns[0].center == doctest::Approx(mean).epsilon(1e-14));
    CHECK(series->info().columns[0].scale == doctest::Approx(std::sqrt(squares / static_cast<double>(rows.size()))).epsilon(1e-12));
  }
  const std::map<std::string, double> all = forecasts_in(path() / "runs/small/backtest/backtest.csv");
  CHECK(all.size() == 5 * 3 * 3);  // three models, the last value and the last season, from three cutoffs, three steps
  const Value record = json("runs/small/backtest/backtest.json");
  CHECK(record.at("cutoffs").as_list().size() == 3);
  CHECK(record.at("cutoffs").as_list().back() == Value("2024-01-17 12:00:00"));
  CHECK_MESSAGE(contains(done.err, "everything fitted anew at each cutoff; mean ± deviation over cutoffs"), done.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "without refit the trained models forecast from all cutoffs, as evaluate does") {
  workflow(models + "[stages.backtest]\nrefit = false\nn_windows = 6\nstep_size = 7\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK_MESSAGE(contains(done.err, "one pass over 6 cutoffs in "), done.err);
  const std::map<std::string, double> all = forecasts_in(path() / "runs/small/backtest/backtest.csv");
  CHECK(all.size() == 5 * 6 * 3);
  const Value models_there = json("runs/small/evaluate/metrics.json").at("models");
  for (const auto& [name, model] : models_there.as_map()) {
    CsvLines lines(path() / "runs/small/evaluate" / model.at("files").at("predictions").at("test").as_string());
    std::size_t found = 0;
    while (lines.next()) {
      const auto same = all.find(name + " " + lines.text(0) + " " + lines.text(2));
      if (same == all.end()) continue;
      CHECK(same->second == lines.number(4));
      ++found;
    }
    CHECK(found == 6 * 3);
  }
  CHECK_FALSE(exists("runs/small/.backtest.lasting/pass"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "metrics of the cutoffs are those of their forecasts") {
  workflow(models + "[stages.backtest]\nrefit = false\nn_windows = 4\nselect = [\"baselines\"]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const Value record = json("runs/small/backtest/backtest.json");
  CsvLines lines(path() / "runs/small/backtest/backtest.csv");
  std::map<std::string, std::vector<double>> errors;
  while (lines.next()) errors[lines.text(4) + lines.text(0)].push_back(std::abs(lines.number(3) - lines.number(5)));
  CHECK(errors.size() == 4 * 4);  // no network: it was not selected
  for (const Value& model : record.at("models").as_list()) {
    std::vector<double> by_cutoff;
    for (std::size_t c = 0; c < 4; ++c) {
      const std::vector<double>& of = errors.at(model.at("name").as_string() + record.at("cutoffs").as_list()[c].as_string());
      by_cutoff.push_back((of[0] + of[1] + of[2]) / 3);
      CHECK(model.at("by_cutoff").as_list()[c].at("mae").as_double() == doctest::Approx(by_cutoff.back()).epsilon(1e-12));
    }
    const double mean = (by_cutoff[0] + by_cutoff[1] + by_cutoff[2] + by_cutoff[3]) / 4;
    double squares = 0;
    for (const double error : by_cutoff) squares += (error - mean) * (error - mean);
    CHECK(model.at("mean").at("mae").as_double() == doctest::Approx(mean).epsilon(1e-12));
    CHECK(model.at("spread").at("mae").as_double() == doctest::Approx(std::sqrt(squares / 3)).epsilon(1e-9));
  }
}

TEST_CASE_FIXTURE(WorkflowFixture, "a fold that is killed is told, and the next run does only what is left") {
  const std::string killing = models + "[[callbacks]]\ntype = \"KillAt\"\n[stages.backtest]\nn_windows = 2\nstep_size = 40\nval = 20\n";
  workflow(killing);
  const std::string plugins = BUILD_DIR "/tests/resume/plugins";
  REQUIRE(run({"--plugin-path", plugins, "--until", "evaluate"}).status == 0);
  // The first fold trains on 40 rows less: its two epochs have 20 steps, and those of the second fold 22.
  const Finished killed = run({"--plugin-path", plugins, "--set", "callbacks.KillAt.step=21"});
  CHECK(killed.status == 1);
  CHECK_MESSAGE(contains(killed.err, "its process ended by Killed; run the same command to go on: finished folds are kept"), killed.err);
  CHECK_FALSE(exists("runs/small/backtest/backtest.json"));
  const std::string first = read(folds + "fold_40/train/manifest.json");
  CHECK_FALSE(exists(folds + "fold_0/evaluate/metrics.json"));
  const Finished done = run({"--plugin-path", plugins});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(read(folds + "fold_40/train/manifest.json") == first);  // it did not train again
  CHECK(exists("runs/small/backtest/backtest.json"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "folds run again only where something changed, several at once, and old ones go") {
  workflow(models + "[stages.backtest]\nn_windows = 2\nstep_size = 5\nval = 40\n");
  REQUIRE(run().status == 0);
  const std::string kept = read(folds + "fold_0/train/manifest.json");
  const Finished more = run({"--set", "stages.backtest.n_windows=3"});
  REQUIRE_MESSAGE(more.status == 0, more.err);
  CHECK(read(folds + "fold_0/train/manifest.json") == kept);
  CHECK(exists(folds + "fold_10"));
  const Finished fewer = run({"--set", "stages.backtest.n_windows=1", "--set", "stages.backtest.workers=2"});
  REQUIRE_MESSAGE(fewer.status == 0, fewer.err);
  CHECK(read(folds + "fold_0/train/manifest.json") == kept);
  CHECK_FALSE(exists(folds + "fold_10"));
  CHECK(contains(run({"--set", "stages.backtest.n_windows=1", "--set", "stages.backtest.workers=2"}).err, "[backtest] up to date"));
  const Finished at_once = run({"--set", "stages.backtest.n_windows=3", "--set", "stages.backtest.workers=3"});
  CHECK_MESSAGE(at_once.status == 0, at_once.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a fit may serve several cutoffs, gaps stay empty, and training rows may slide") {
  workflow(models +
           "[stages.backtest]\nn_windows = 4\nstep_size = 4\nrefit = 2\ngap = 6\nexpanding = false\nval = 40\nselect = [\"train\"]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  for (const int out : {8, 0}) {
    const auto series = Series::open(path() / (folds + "fold_" + std::to_string(out)) / "preprocess");
    CHECK(series->rows() == 400 - 8);  // sliding: the older fold ends 8 rows before, the newer begins 8 rows later
    CHECK(series->rows_of(0, Split::test).count == 6 + 3 + 4);
    CHECK(series->rows_of(0, Split::val).count == 40);
    CHECK_FALSE(exists(folds + "fold_" + std::to_string(out) + "/baselines"));
  }
  CHECK(Series::open(path() / (folds + "fold_0") / "preprocess")->time()[0] -
            Series::open(path() / (folds + "fold_8") / "preprocess")->time()[0] ==
        8 * 3'600'000'000'000);
  CHECK(json("runs/small/backtest/backtest.json").at("refit") == Value("everything fitted anew at every 2 cutoffs"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a backtest that cannot be done says why, and what it names works") {
  workflow(models + "[stages.backtest]\nrefit = false\n");
  const auto refused = [&](const std::vector<std::string>& options, const std::string& sentence) {
    std::vector<std::string> arguments;
    for (const std::string& option : options) arguments.insert(arguments.end(), {"--set", "stages.backtest." + option});
    const Finished done = run(arguments);
    CHECK(done.status == 2);
    CHECK_MESSAGE(contains(done.err, sentence), done.err);
  };
  refused(
      {"n_windows=30"},
      "refit = false forecasts with models that were trained on the rows before the test split, and 10 of 30 cutoffs lie before it: the "
      "test has 60 rows, and these cutoffs need 90; write n_windows = 20, a smaller step_size, or refit = true");
  CHECK(run({"--set", "stages.backtest.n_windows=20"}).status == 0);
  refused({"expanding=false"}, "expanding = false chooses the rows of each fit, and refit = false fits nothing: leave expanding out");
  refused({"select=[\"trian\"]"}, "select names \"trian\", of which stage \"evaluate\" measures no model; did you mean \"train\"?");
  refused({"step_size={ monthly = 3 }"},
          "step_size is a table by the words of a frequency_column, and the series have none: write one number");
  refused({"refit=true", "n_windows=120"},
          "the first of 120 cutoffs has 0 rows to train on, where a window and its horizon need 27: write a smaller n_windows, step_size, "
          "gap or val, or a smaller window");
  refused({"n_windows=0"}, "n_windows");
  refused({"refit=0"}, "refit");
  refused({"refit=\"never\""}, "refit");
  refused({"retrain=true"}, "retrain: write `refit` in [stages.backtest]");
  workflow("[stages.backtest]\n");
  CHECK(contains(run().err, "stage \"backtest\" needs metrics, which no stage gives: add [stages.evaluate]"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "cutoffs before the test are told, and audit finds those that a search has seen") {
  workflow(search + "[stages.backtest]\nn_windows = 22\nval = 30\n");
  const Finished done = run({"--set", "stages.backtest.refit=22"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK_MESSAGE(contains(done.err, "2 of 22 cutoffs lie before the test split"), done.err);
  const Finished audit = pipeline({"audit", "workflow.toml"});
  CHECK(audit.status == 4);
  CHECK_MESSAGE(contains(audit.out, "FAIL  backtest: 2 of 22 cutoffs of backtest lie before the test split"), audit.out);
  CHECK(contains(audit.out, "optimize has"));
  // The folds train with the values that the search found.
  CHECK(read(folds + "fold_0/train/manifest.json").find("optimize, trial ") != std::string::npos);
  CHECK_FALSE(exists(folds + "fold_0/optimize"));
  REQUIRE(run({"--set", "stages.backtest.n_windows=20", "--set", "stages.backtest.refit=20"}).status == 0);
  const Finished honest = pipeline({"audit", "workflow.toml", "--set", "stages.backtest.n_windows=20"});
  CHECK_MESSAGE(contains(honest.out, "ok    backtest: all cutoffs lie in the test split"), honest.out);
}

TEST_CASE_FIXTURE(WorkflowFixture, "many series are compared by skill and win rate") {
  write("panel.csv", panel({90, 85, 80, 75, 70, 65}));
  write("workflow.toml", panel_workflow + "n_windows = 3\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const Value record = json("runs/small/backtest/backtest.json");
  CHECK(record.at("series") == Value(6));
  const Value& first = record.at("comparisons").as_list().front();
  CHECK(first.at("win_rate").at("low").as_double() <= first.at("win_rate").at("value").as_double());
  CHECK(first.find("diebold_mariano") == nullptr);
  CHECK_MESSAGE(contains(done.err, " of 6 series ("), done.err);
  CsvLines lines(path() / "runs/small/backtest/backtest.csv");
  CHECK(lines.header().front() == "unique_id");
  std::size_t count = 0;
  while (lines.next()) ++count;
  CHECK(count == 6 * 3 * 4 * 4);  // series, cutoffs, steps; two models, the last value and the last season
}

TEST_CASE_FIXTURE(WorkflowFixture, "a series that begins after a cutoff is forecast from those that it reaches") {
  write("panel.csv", panel({90, 30}));
  write("workflow.toml", panel_workflow + "n_windows = 8\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(read(folds + "fold_28/run.log"), "1 of 2 series has too few rows to be split"));
  CsvLines lines(path() / "runs/small/backtest/backtest.csv");
  std::map<std::string, int> rows;
  while (lines.next()) ++rows[lines.text(0)];
  CHECK(rows.at("s1") > 0);
  CHECK(rows.at("s1") < rows.at("s0"));
  const Finished sliding = run({"--set", "stages.backtest.expanding=false"});
  CHECK(sliding.status == 2);
  CHECK_MESSAGE(contains(sliding.err,
                         "expanding = false gives each fit as many rows as the first one has, and series s1 begins after the first of 8 "
                         "cutoffs: leave expanding out, or write a smaller n_windows or step_size"),
                sliding.err);
  CHECK(run({"--set", "stages.backtest.expanding=false", "--set", "stages.backtest.n_windows=3"}).status == 0);
}

TEST_CASE_FIXTURE(WorkflowFixture, "rows at a cutoff are not filled from those that are forecast") {
  write("small.csv", with_load(400, [](int row) { return row == 380 ? std::string("NA") : std::to_string(row % 24); }));
  workflow("[stages.baselines]\nmodels = [\"Naive\"]\n[stages.evaluate]\n[stages.backtest]\nn_windows = 2\nrefit = 2\n",
           "target = [\"load\"]\nmissing = \"interpolate\"");
  const Finished refused = run();
  CHECK(refused.status == 2);
  CHECK_MESSAGE(
      contains(refused.err,
               "missing = \"interpolate\" fills the rows at a cutoff from those that are forecast, where a gap or several "
               "cutoffs of one fit follow the rows that were fitted: write missing = \"forward_fill\", or gap = 0 and refit = true"),
      refused.err);
  CHECK(run({"--set", "stages.preprocess.missing=forward_fill"}).status == 0);
  CHECK(run({"--set", "stages.backtest.refit=true"}).status == 0);
}

TEST_CASE_FIXTURE(WorkflowFixture, "cutoffs in a time zone are found in the forecasts' local times, also in the hour that clocks repeat") {
  std::string csv = "time,load,heat\n";
  for (int row = 0; row < 400; ++row) {  // from 2023-10-13 00:00 on; the hour from 02:00 comes twice on the 29th
    const int hour = row <= 16 * 24 + 2 ? row : row - 1;
    char line[96];
    std::snprintf(line, sizeof(line), "2023-10-%02d %02d:00:00,%d,%d\n", 13 + hour / 24, hour % 24, row % 24, row % 7);
    csv += line;
  }
  write("small.csv", csv);
  const std::string stages =
      "[stages.baselines]\nmodels = [\"Naive\"]\n[stages.evaluate]\n[stages.backtest]\nn_windows = 4\nstep_size = 5\n";
  workflow(stages, "target = [\"load\"]\ntime_zone = \"Europe/Berlin\"");
  for (const char* refit : {"true", "false"}) {
    const Finished done = run({"--set", std::string("stages.backtest.refit=") + refit});
    REQUIRE_MESSAGE(done.status == 0, done.err);
    const std::string forecasts = read("runs/small/backtest/backtest.csv");
    CHECK(contains(forecasts, "2023-10-29 02:00:00+02:00,2023-10-29 02:00:00+01:00,1,"));
  }
}

TEST_CASE_FIXTURE(WorkflowFixture, "a fold that cannot be filled names what moves its splits, and that works") {
  write("small.csv", with_load(400, [](int row) { return row == 394 ? std::string("NA") : std::to_string(row % 24); }));
  workflow("[stages.baselines]\nmodels = [\"Naive\"]\n[stages.evaluate]\n[stages.backtest]\nn_windows = 2\nstep_size = 3\n",
           "target = [\"load\"]\nmissing = \"forward_fill\"");
  const Finished refused = run();
  CHECK(refused.status == 4);
  CHECK_MESSAGE(contains(refused.err, " Its splits are counted from the cutoff: another step_size, n_windows or gap moves them"),
                refused.err);
  const Finished cured = run({"--set", "stages.backtest.step_size=4"});
  CHECK_MESSAGE(cured.status == 0, cured.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "windows sliced as a search found never take the place of a stage's own") {
  workflow(std::string(small_training) + R"([stages.backtest]
n_windows = 1
[stages.optimize]
n_trials = 1
trainer.max_epochs = 1
[stages.optimize.search]
"train_windows.window" = { low = 12, high = 18, step = 6 }
)");
  std::string text = read("workflow.toml");
  text.replace(text.find("[stages.slice_windows]"), 22, "[stages.train_windows]\ntype = \"slice_windows\"");
  write("workflow.toml", text + "[stages.baselines]\nmodels = [\"Naive\"]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(json(folds + "fold_0/train_windows/windows.json").at("window") == pipeline::Value(24));
  CHECK(json(folds + "fold_0/train_windows_/windows.json").at("window") != pipeline::Value(24));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a pass over cutoffs that follow a gap says what reaches one, and that works") {
  write("small.csv", with_load(400, [](int row) { return row == 385 ? std::string("NA") : std::to_string(row % 24); }));
  workflow(models + "[stages.backtest]\nrefit = false\nn_windows = 2\nstep_size = 3\n",
           "target = [\"load\"]\nmissing = \"drop\"\ngaps = \"split\"");
  const Finished refused = run();
  CHECK(refused.status == 4);
  CHECK_MESSAGE(contains(refused.err,
                         "In a backtest the cutoffs are the origins: where a gap lies before them, fill it (missing), or write a smaller "
                         "window"),
                refused.err);
  CHECK(run({"--set", "stages.preprocess.missing=forward_fill"}).status == 0);
  CHECK(run({"--set", "stages.slice_windows.window=6"}).status == 0);
}
