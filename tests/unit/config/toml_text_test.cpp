#include <doctest/doctest.h>

#include <algorithm>

#include "workspace.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

bool same_component(const ComponentSpec& a, const ComponentSpec& b) { return a.type == b.type && a.options == b.options; }

bool same_tables(const TrainingTables& a, const TrainingTables& b) {
  return std::ranges::all_of(training_table_rules(), [&](const TableRule& rule) {
    return std::ranges::equal(a.many(rule.name), b.many(rule.name), same_component);
  });
}

/// Reads the resolved text again and compares everything but places.
void check_round_trip(const std::string& text) {
  const CheckedWorkflow first = check_text(text);
  REQUIRE(mistakes_of(first) == "");
  const std::string resolved = first.workflow.settings.workflow_text;
  INFO(resolved);
  const CheckedWorkflow again = check_text(resolved);
  REQUIRE(mistakes_of(again) == "");
  const RunSettings &a = first.workflow.settings, &b = again.workflow.settings;
  CHECK(first.workflow.name == again.workflow.name);
  CHECK(first.workflow.plugin_paths == again.workflow.plugin_paths);
  CHECK(a.seed == b.seed);
  CHECK(a.matmul_precision == b.matmul_precision);
  CHECK(a.device == b.device);
  CHECK(a.threads == b.threads);
  CHECK(a.run_dir == b.run_dir);
  CHECK(a.log_dir == b.log_dir);
  CHECK(a.split == b.split);
  CHECK(b.workflow_text == resolved);
  REQUIRE(first.workflow.stages.size() == again.workflow.stages.size());
  for (std::size_t i = 0; i < first.workflow.stages.size(); ++i) {
    const StagePlan &x = first.workflow.stages[i], &y = again.workflow.stages[i];
    CHECK(x.name == y.name);
    CHECK(x.type == y.type);
    CHECK(x.written == y.written);
    CHECK(x.options == y.options);
    CHECK(x.inputs == y.inputs);
    CHECK(x.needs == y.needs);
    CHECK(x.sources == y.sources);
    CHECK(same_tables(x.tables, y.tables));
  }
}

}  // namespace

TEST_CASE("the resolved text reads as the same workflow") {
  const Workspace workspace;
  check_round_trip(sound);
  check_round_trip(
      "name = \"a-b.c\"\nseed = 7\nthreads = 3\ndevice = \"cpu\"\nsplit = [\"2017-01-01\", \"2018-01-01\"]\nrun_dir = \"$${env:X}/é\"\n"
      "[plugins]\npath = \"more\"\n" +
      sound + "needs = [\"preprocess\"]\ninputs = { checkpoint = \"train\" }\n[optimizer]\nlr = 1\nweight_decay = 1e-20\n");
}

TEST_CASE("own tables, stages out of order and secrets survive the resolved text") {
  const Workspace workspace;
  check_round_trip(
      "[stages.evaluate]\n[stages.\"train.cnn\"]\ntype = \"train\"\nmodel.type = \"LinearModel\"\nscheduler.type = \"StepLR\"\n"
      "callbacks = []\n[stages.train]\n[model]\ntype = \"LSTMModel\"\n[[callbacks]]\ntype = \"ProgressBar\"\n[[callbacks]]\n"
      "type = \"EarlyStopping\"\nmonitor = \"a \\\"b\\\" \\\\ \\n\"\n[[loggers]]\ntype = \"RemoteLogger\"\nretries = 2.0\n"
      "[stages.slice_windows]\n[stages.preprocess]\nsource = \"data/a.csv\"\ntransform = { OT = \"log\" }\n");
}

TEST_CASE("tables that all stages share are written once, at the top") {
  const Workspace workspace;
  const std::string text = check_text(sound).workflow.settings.workflow_text;
  CHECK(text.find("\n[model]\ntype = \"LSTMModel\"\n") != std::string::npos);
  CHECK(text.find("[stages.train.model]") == std::string::npos);
}
