#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "pipeline/data/predictions.h"
#include "workflows/uncertainty_fixture.h"

using pipeline::PredictionsReader;
using pipeline::Value;

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

TEST_CASE("coverage on the windows whose errors made the intervals is marked as such") {
  const WorkflowFixture fixture;
  fixture.workflow("[stages.baselines]\nmodels = [\"Naive\"]\n[stages.evaluate]\nintervals = { levels = [80] }\n[stages.visualize]\n");
  const std::string told = "of the values of the val split, whose errors made them: this says nothing of other windows";
  const std::string shown = "The errors on these windows made the intervals, so their coverage says nothing of other windows.";
  const Finished on_test = fixture.run();
  REQUIRE_MESSAGE(on_test.status == 0, on_test.err);
  CHECK(fixture.json("runs/small/evaluate/metrics.json").at("intervals_from") == Value("val"));
  CHECK_FALSE(contains(on_test.err, told));
  CHECK_FALSE(contains(fixture.read("runs/small/visualize/report.html"), shown));
  const Finished on_val = fixture.run({"--set", "stages.evaluate.splits=[\"val\"]"});
  REQUIRE_MESSAGE(on_val.status == 0, on_val.err);
  CHECK_MESSAGE(contains(on_val.err, told), on_val.err);
  CHECK(contains(fixture.read("runs/small/visualize/report.html"), shown));
}
