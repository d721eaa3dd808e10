// What comes after the data: the first part of the report.
#include <doctest/doctest.h>

#include "workflows/workflow_fixture.h"

namespace {

const std::string reported = std::string(small_training) + "[stages.visualize]\nformats = [\"svg\"]\n";

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "the report leads with the forecast that predict makes of what comes after the data") {
  std::string tables = reported;
  tables.replace(tables.find("[stages.evaluate]\n"), 18,
                 "[stages.evaluate]\nintervals = { method = \"conformal\", levels = [80, 95] }\n[stages.final]\n");
  workflow(tables);
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const Finished predicted = pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv"});
  REQUIRE(predicted.status == 0);
  CHECK(read("runs/small/visualize/next_forecast.csv") == predicted.out);
  CHECK(exists("runs/small/visualize/next_forecast.svg"));
  const std::string report = read("runs/small/visualize/report.html");
  CHECK(contains(report, "load after 2024-01-17 15:00:00: "));
  CHECK(contains(report, " at 2024-01-17 16:00:00 (80 %: "));
  CHECK(contains(report, "of stage final: the model of stage train, which evaluate chose, trained on all 400 rows"));
  CHECK(contains(report, "Its 80 % intervals held "));
  CHECK(report.find("id=\"next\"") < report.find("id=\"trust\""));
  CHECK(report.find("id=\"trust\"") < report.find("id=\"metrics\""));
  CHECK(contains(done.err, "what comes next: load after 2024-01-17 15:00:00: "));

  CHECK(contains(run().err, "[visualize] up to date"));
  const Finished without = run({"--set", "stages.visualize.next_forecast=false"});
  REQUIRE(without.status == 0);
  CHECK_FALSE(contains(read("runs/small/visualize/report.html"), "id=\"next\""));
  CHECK_FALSE(exists("runs/small/visualize/next_forecast.csv"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "with --set the forecast is of the workflow that ran") {
  workflow(reported);
  const Finished done = run({"--set", "trainer.max_epochs=1"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const std::string report = read("runs/small/visualize/report.html");
  CHECK(contains(report, "load after 2024-01-17 15:00:00: "));
  CHECK_FALSE(contains(report, "the workflow or its results have changed"));
}

TEST_CASE_FIXTURE(WorkflowFixture,
                  "where the next values of known columns are missing, the report says why there is no forecast, and how") {
  workflow(reported, "target = [\"load\"]\nknown_future = [\"heat\"]");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(done.err, "warning: there is no forecast of what comes after the data: "));
  const std::string report = read("runs/small/visualize/report.html");
  CHECK(contains(report, "There is no forecast of what comes after the data: "));
  CHECK(contains(report, "heat"));
  CHECK(contains(report, "pipeline predict --workflow workflow.toml --input DATA --future FILE"));
  CHECK_FALSE(exists("runs/small/visualize/next_forecast.csv"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a source of several files is named as the reason") {
  const std::string all = read("small.csv");
  const std::size_t half = all.find("2024-01-10 00:00:00");
  write("a.csv", all.substr(0, half));
  write("b.csv", "time,load,heat\n" + all.substr(half));
  workflow(reported);
  std::string text = read("workflow.toml");
  text.replace(text.find("\"small.csv\""), 11, "[\"a.csv\", \"b.csv\"]");
  write("workflow.toml", text);
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(contains(
      read("runs/small/visualize/report.html"),
      "the source is 2 files, and a forecast reads one: write the last rows into a file, and forecast with `pipeline predict --workflow "
      "workflow.toml --input FILE`"));
  CHECK(pipeline({"predict", "--workflow", "workflow.toml", "--input", "b.csv"}).status == 0);  // the cure
}

TEST_CASE_FIXTURE(WorkflowFixture, "rows that were left out at the end are named as the reason") {
  workflow(reported);
  const Finished done = run({"--set", "stages.preprocess.leave_out_last=24"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK_MESSAGE(
      contains(done.err,
               "there is no forecast of what comes after the data: leave_out_last leaves rows out at the end of the source, and a "
               "forecast goes on from its last row: write leave_out_last = 0 for it, or forecast from an earlier row with"),
      done.err);
  CHECK(pipeline({"predict", "--workflow", "workflow.toml", "--input", "small.csv", "--from", "2024-01-16 15:00:00"}).status ==
        0);  // the cure
}
