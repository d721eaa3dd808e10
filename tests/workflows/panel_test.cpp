#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "pipeline/data/files.h"
#include "workflows/panel_fixture.h"

TEST_CASE_FIXTURE(PanelFixture, "a long file trains, evaluates and forecasts every series") {
  panel();
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err, "3 series, told apart by unique_id"));
  CHECK(contains(done.err, "train: 138 rows of 3 series, 2024-01-01 to 2024-02-25"));
  CHECK(contains(done.err, "test: 33 windows of 3 of 3 series"));
  CHECK(contains(done.err, "test: 33 windows of 2 steps of 3 series, in original units"));
  const auto lines = lines_of(read("runs/panel/evaluate/predictions.csv"));
  REQUIRE(lines.size() == 1 + 3 * 11 * 2);
  CHECK(lines[0] == "unique_id,origin,time,step,y,y_pred,y_naive");
  CHECK(lines[1].starts_with("a,2024-03-08,2024-03-09,1,"));
  CHECK(lines.back().starts_with("c,2024-02-27,2024-02-29,2,"));
  const auto metrics = json("runs/panel/evaluate/metrics.json");
  CHECK(metrics.at("original").at("all").at("mase").is_number());
  CHECK(metrics.at("files").at("by_series").at("test") == pipeline::Value("by_series.csv"));
  CHECK(lines_of(read("runs/panel/evaluate/by_series.csv")).size() == 4);
  CHECK(json("runs/panel/preprocess/columns.json").at("segments") == pipeline::Value(pipeline::Value::List{}));
  CHECK(json("runs/panel/preprocess/manifest.json").at("summary").at("series") == pipeline::Value(3));
}

TEST_CASE_FIXTURE(PanelFixture, "the order of the rows in the file changes nothing") {
  panel();
  REQUIRE(run().status == 0);
  const std::string series = read("runs/panel/preprocess/series.npy"), ids = read("runs/panel/preprocess/ids.txt");
  std::string mixed = heading + row_of("a", 79, 10) + row_of("b", 69, 500);
  for (int day = 78; day >= 0; --day) {
    for (const auto& [id, days, level] : {std::tuple{"c", 60, 3.0}, {"b", 69, 500.0}, {"a", 79, 10.0}}) {
      if (day < days) mixed += row_of(id, day, level);
    }
  }
  write("panel.csv", mixed);
  REQUIRE(run({"--until", "preprocess"}).status == 0);
  CHECK(read("runs/panel/preprocess/ids.txt") == ids);
  CHECK(read("runs/panel/preprocess/series.npy") == series);
}

TEST_CASE_FIXTURE(PanelFixture, "differences and gaps never cross a series") {
  write("panel.csv", heading + rows_of("a", 30, 10) + row_of("a", 35, 10) + row_of("a", 36, 10) + rows_of("b", 30, 1000));
  panel("time_column = \"ds\"\nseries_column = \"unique_id\"\ngaps = \"split\"\ntransform = { y = \"diff\" }\nscaler = \"none\"\n", "",
        "split = { val = 3, test = 3 }");
  const Finished done = run({"--until", "slice_windows"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err, "val: 6 rows of 2 series"));
  // 29 + 1 and 29 differences: the first row of each run has none.
  CHECK(contains(read("runs/panel/preprocess/series_start.npy"), std::string("\x1e\0\0\0\0\0\0\0\x3b\0\0\0\0\0\0\0", 16)));
}

TEST_CASE_FIXTURE(PanelFixture, "global scaling has one scale for all") {
  panel("time_column = \"ds\"\nseries_column = \"unique_id\"\nscaler_scope = \"global\"\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(read("runs/panel/preprocess/scale.npy"), "'shape': (1, 1, 2)"));
  const auto forecast = predict(heading + rows_of("new", 20, 12));
  REQUIRE_MESSAGE(forecast.status == 0, forecast.err);
  CHECK_FALSE(contains(forecast.err, "scaled by its own rows"));
  CHECK(lines_of(forecast.out).size() == 3);
}

TEST_CASE_FIXTURE(PanelFixture, "predict forecasts each series from its own last row") {
  panel();
  REQUIRE(run().status == 0);
  const std::string csv = heading + rows_of("a", 40, 10) + rows_of("b", 50, 500) + rows_of("tiny", 3, 7);
  Finished done = predict(csv);
  REQUIRE_MESSAGE(done.status == 0, done.err);
  auto lines = lines_of(done.out);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == "unique_id,origin,time,step,y_pred");
  CHECK(lines[1].starts_with("a,2024-02-09,2024-02-10,1,"));
  CHECK(lines[4].starts_with("b,2024-02-19,2024-02-21,2,"));
  CHECK(contains(done.err, "1 of 3 series has no window of 8 rows without a gap, and no forecast: tiny"));
  CHECK(contains(done.err, "1 of 3 series ends before the newest row (2024-02-19), each forecast from its own last row: a"));
  const std::string of_b = lines[3] + "\n" + lines[4] + "\n";
  done = predict(csv, {"--series", "b"});
  CHECK(done.out == lines[0] + "\n" + of_b);
  done = predict(csv, {"--from", "2024-02-08"});
  CHECK(lines_of(done.out).size() == 1 + (2 + 12) * 2);
  done = predict(csv, {"--series", "B"});
  CHECK(done.status == 2);
  CHECK(contains(done.err, "--series B: new.csv has no such series; did you mean \"b\"?"));
  done = predict(without_ids(csv));
  CHECK(done.status == 4);
  CHECK(contains(done.err, "new.csv has no column \"unique_id\", which tells its series apart"));
  done = predict(heading + rows_of("a", 3, 10));
  CHECK(done.status == 4);
  CHECK(contains(done.err,
                 "new.csv: no series has a window of 8 rows without a gap, which a forecast needs; a model that is trained with padding = "
                 "\"left\" in [stages.slice_windows] takes fewer"));
}

TEST_CASE_FIXTURE(PanelFixture, "--series needs a checkpoint of many series") {
  write("one.csv", "ds,y\n" + without_ids(rows_of("a", 80, 10)));
  panel("time_column = \"ds\"\n", "", "split = { val = 12, test = 12 }", "one.csv");
  REQUIRE(run().status == 0);
  const Finished done = predict("ds,y\n" + without_ids(rows_of("a", 40, 10)), {"--series", "a"});
  CHECK(done.status == 2);
  CHECK(contains(done.err, "--series: the model was trained on a file of one series; leave it out"));
}

TEST_CASE_FIXTURE(PanelFixture, "search, report, runs and resume take a panel") {
  panel("time_column = \"ds\"\nseries_column = \"unique_id\"\n", std::string(R"([stages.optimize]
n_trials = 2
trainer.max_epochs = 1
[stages.optimize.search]
"slice_windows.window" = { low = 4, high = 8, step = 4 }
"optimizer.lr" = { low = 0.001, high = 0.1, log = true }
)") + training + "[stages.visualize]\n");
  Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(std::filesystem::file_size(path() / "runs/panel/visualize/report.html") > 1000);
  done = pipeline({"runs", "workflow.toml"});
  CHECK_MESSAGE(done.status == 0, done.err);
  done = run({"--resume", "--set", "trainer.max_epochs=4"});
  CHECK_MESSAGE(done.status == 0, done.err);
  CHECK(json("runs/panel/train/train.json").at("epochs") == pipeline::Value(4));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a workflow of one series leaves the bytes that it left before there were panels") {
  const Finished done = pipeline({"run", std::string(SOURCE_DIR) + "/pipelines/quickstart.toml", "--until", "slice_windows"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const std::filesystem::path folder = path() / "runs/quickstart";
  const auto hash = [&](const char* file) { return pipeline::sha256_file(folder / file).substr(0, 16); };
  CHECK(hash("preprocess/series.npy") == "22ffd8175749c57c");
  CHECK(hash("preprocess/time.npy") == "c71c7eb889e082ac");
  CHECK(hash("preprocess/targets.npy") == "554e9830edcafc83");
  CHECK(hash("preprocess/observed.npy") == "04c0f18992eef978");
  CHECK(hash("preprocess/transform.json") == "71684f90da3bca3a");
  CHECK(hash("slice_windows/windows.json") == "6fe1c9c75e4a12cd");
  CHECK_FALSE(json("runs/quickstart/preprocess/columns.json").find("panel"));
  CHECK_FALSE(std::filesystem::exists(folder / "preprocess/scale.npy"));
}

TEST_CASE_FIXTURE(PanelFixture, "windows are counted of those that are measured") {
  panel();
  const Finished last = run({"--set", "stages.evaluate.origins=last"});
  REQUIRE_MESSAGE(last.status == 0, last.err);
  CHECK(contains(last.err, "3 windows of 2 steps of 3 series"));
  std::istringstream lines(read("runs/panel/evaluate/by_series.csv"));
  std::string line;
  std::getline(lines, line);
  int series = 0;
  for (; std::getline(lines, line); ++series) CHECK_MESSAGE(contains(line, ",y,1,"), line);
  CHECK(series == 3);
}
