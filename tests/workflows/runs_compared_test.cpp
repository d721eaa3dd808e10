// `pipeline runs` of several workflows, and the origins that models are measured on.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "workflows/workflow_fixture.h"

namespace {

/// The same workflow under another name, with changes.
void write_as(const WorkflowFixture& at, const std::string& name, const std::string& old = {}, const std::string& now = {}) {
  std::string text = at.read("workflow.toml");
  text.replace(text.find("\"small\""), 7, "\"" + name + "\"");
  if (!old.empty()) text.replace(text.find(old), old.size(), now);
  at.write(name + ".toml", text);
}

std::size_t lines_of(const std::string& text) { return static_cast<std::size_t>(std::ranges::count(text, '\n')); }

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "runs of two workflows stand in one table, the best validation first, with what differs") {
  workflow(small_training);
  write_as(*this, "one");
  write_as(*this, "two", "lr = 0.01", "lr = 1e-6");
  REQUIRE(pipeline({"run", "two.toml"}).status == 0);
  REQUIRE(pipeline({"run", "one.toml"}).status == 0);
  const Finished table = pipeline({"runs", "two.toml", "one.toml"});
  REQUIRE_MESSAGE(table.status == 0, table.err);
  CHECK(table.out.find("one.toml") < table.out.find("two.toml"));
  CHECK(contains(table.out, "val_mase"));
  CHECK(contains(table.out, "ranked by val_mase"));
  CHECK(contains(table.out, "train (LSTMModel)"));
  CHECK(contains(table.out, "train.optimizer.lr  1: 0.01, 2: 1e-06"));
  CHECK_FALSE(contains(table.out, "different letters"));

  const Finished page = pipeline({"runs", "two.toml", "one.toml", "--report", "compared.html"});
  REQUIRE_MESSAGE(page.status == 0, page.err);
  const std::string html = read("compared.html");
  CHECK(contains(html, "one.toml has the best validation: val_mase "));
  CHECK(contains(html, "<td>two.toml</td>"));
  const Finished onto = pipeline({"runs", "two.toml", "one.toml", "--report", "small.csv"});
  CHECK(onto.status == 2);
  CHECK(contains(onto.err, "is what stage \"preprocess\" reads: choose another name"));
  const Finished json = pipeline({"runs", "two.toml", "one.toml", "--json"});
  const pipeline::Value list = pipeline::from_json(json.out, "runs");
  CHECK(list.as_list().size() == 2);
  CHECK(list.as_list()[0].at("workflow") == pipeline::Value("one.toml"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "runs that were measured on other data or origins are marked, and not ranked among the others") {
  workflow(small_training);
  write_as(*this, "one");
  write_as(*this, "two", "[stages.evaluate]", "[stages.evaluate]\norigins = \"last\"");
  write_as(*this, "three", "lr = 0.01", "lr = 0.02");
  write_as(*this, "four", "threads = 1", "threads = 1\nseason_length = 5");  // mase has another scale
  for (const char* name : {"one.toml", "two.toml", "three.toml", "four.toml"}) REQUIRE(pipeline({"run", name}).status == 0);
  const Finished table = pipeline({"runs", "two.toml", "one.toml", "three.toml", "four.toml"});
  REQUIRE_MESSAGE(table.status == 0, table.err);
  CHECK(contains(table.out,
                 "runs of different letters were not measured on the same data and origins: compare numbers within a letter only"));
  CHECK(contains(table.out, "windows A: ranked by val_mase"));
  CHECK(contains(table.out, "3    B        two.toml"));
  CHECK(contains(table.out, "4    C        four.toml"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "mistakes of comparing are told") {
  workflow(small_training);
  write_as(*this, "one");
  write("again.toml", read("one.toml"));
  const Finished same = pipeline({"runs", "one.toml", "again.toml"});
  CHECK(same.status == 2);
  CHECK(contains(same.err, "one.toml and again.toml keep their runs in one folder ("));
  CHECK(contains(same.err, "as they have the same name: give one of them, or each a `name` of its own"));
  write_as(*this, "two");
  CHECK(contains(pipeline({"runs", "one.toml", "two.toml"}).out, "no run of one.toml and two.toml has measured anything yet"));
  const Finished empty = pipeline({"runs", "one.toml", "two.toml", "--report", "x.html"});
  CHECK(empty.status == 2);
  CHECK(contains(empty.err, "--report x.html: there is no run to write about: run the workflows first"));
  const Finished set = pipeline({"runs", "one.toml", "two.toml", "--set", "seed=1"});
  CHECK(set.status == 2);
  CHECK(contains(set.err, "--set changes a value of one workflow, and there are 2: give it with one file"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "origins names one list of windows for every forecaster") {
  const std::string stages = "[stages.baselines]\nmodels = [\"Naive\", \"SeasonalNaive\"]\n" + std::string(small_training);
  workflow(stages);
  REQUIRE(run().status == 0);
  const auto windows_of = [&](const char* origins) {
    const Finished done = run({"--set", std::string("stages.evaluate.origins=") + origins});
    REQUIRE_MESSAGE(done.status == 0, done.err);
    const pipeline::Value models = json("runs/small/evaluate/metrics.json").at("models");
    const std::int64_t count = models.at("train").at("test_windows").as_int();
    for (const auto& [name, model] : models.as_map()) CHECK(model.at("test_windows").as_int() == count);
    CHECK(lines_of(read("runs/small/evaluate/predictions.csv")) == static_cast<std::size_t>(1 + 3 * count));
    const Finished audit = pipeline({"audit", "workflow.toml", "--set", std::string("stages.evaluate.origins=") + origins});
    CHECK_MESSAGE(audit.status == 0, audit.out);
    return count;
  };
  CHECK(windows_of("all") == 58);  // 60 rows of test, 3 steps
  CHECK(windows_of("every_horizon") == 20);
  CHECK(contains(read("runs/small/evaluate/predictions.csv"), "2024-01-17 12:00:00,2024-01-17 15:00:00,3,"));  // the last row
  CHECK(windows_of("last") == 1);
  // The last value before the last three rows, against those, by hand.
  std::istringstream rows(read("small.csv"));
  std::vector<double> loads;
  std::string line;
  std::getline(rows, line);
  while (std::getline(rows, line)) loads.push_back(std::stod(line.substr(20)));
  const std::size_t n = loads.size();
  double error = 0;
  for (std::size_t h = 1; h <= 3; ++h) error += std::abs(loads[n - 4 + h] - loads[n - 4]) / 3;
  const pipeline::Value naive = json("runs/small/evaluate/metrics.json").at("models").at("baselines/Naive");
  CHECK(naive.at("original").at("load").at("mae").as_double() == doctest::Approx(error).epsilon(1e-9));
  const Finished wrong = run({"--set", "stages.evaluate.origins=some"});
  CHECK(wrong.status == 2);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a run that was stopped after it had measured is compared, and a workflow without one is named") {
  workflow("[stages.baselines]\nmodels = [\"Naive\"]\n[stages.evaluate]\n");
  write_as(*this, "one");
  write_as(*this, "two");
  write_as(*this, "three");
  for (const char* name : {"one.toml", "two.toml"}) REQUIRE(pipeline({"run", name}).status == 0);
  std::string history = read("runs/two/history.jsonl");
  history.replace(history.find("\"done\""), 6, "\"interrupted\"");
  write("runs/two/history.jsonl", history);
  const Finished table = pipeline({"runs", "one.toml", "two.toml", "three.toml"});
  REQUIRE_MESSAGE(table.status == 0, table.err);
  CHECK(contains(table.out, " two.toml "));
  CHECK(contains(table.out, "three.toml has no run that measured anything: it is not compared"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "options of a training count in a run that measured what an earlier one trained") {
  workflow(small_training);
  write_as(*this, "one");
  write_as(*this, "two", "lr = 0.01", "lr = 0.02");
  REQUIRE(pipeline({"run", "one.toml"}).status == 0);
  REQUIRE(pipeline({"run", "two.toml", "--until", "train"}).status == 0);
  REQUIRE(pipeline({"run", "two.toml", "--from", "evaluate"}).status == 0);
  const Finished table = pipeline({"runs", "one.toml", "two.toml"});
  CHECK_MESSAGE(contains(table.out, "train.optimizer.lr  "), table.out);
}

TEST_CASE_FIXTURE(WorkflowFixture, "the loss of a network does not stand beside the numbers of a baseline that leads") {
  workflow(std::string(small_training) + "[stages.baselines]\nmodels = [\"SeasonalNaive\"]\n");
  REQUIRE(run({"--set", "optimizer.lr=1e-9"}).status == 0);
  const Finished table = pipeline({"runs", "workflow.toml"});
  CHECK_MESSAGE(contains(table.out, "val_mase"), table.out);
  CHECK_MESSAGE(!contains(table.out, "val_loss"), table.out);
  CHECK_MESSAGE(!contains(table.out, "version_0"), table.out);
}
