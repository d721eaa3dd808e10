#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "pipeline/data/forecasts.h"
#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

const std::string members = "[stages.baselines]\nmodels = [\"Naive\", \"SeasonalNaive\", \"Theta\"]\nquantiles = [0.1, 0.9]\n";

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "the median of forecasts is that of each value, and is evaluated as they are") {
  workflow(members + "[stages.ensemble]\nmethod = \"median\"\n[stages.evaluate]\n[stages.visualize]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const auto parts = Forecasts::open(path() / "runs/small/baselines"), whole = Forecasts::open(path() / "runs/small/ensemble");
  REQUIRE(whole->models().size() == 1);
  CHECK(whole->models()[0].name == "median");
  CHECK(whole->models()[0].levels == std::vector<double>{0.1, 0.9});
  REQUIRE(whole->values(0).size() == parts->values(0).size());
  for (std::size_t i = 0; i < whole->values(0).size(); ++i) {
    std::vector<double> three{parts->values(0)[i], parts->values(1)[i], parts->values(2)[i]};
    std::ranges::sort(three);
    REQUIRE(whole->values(0)[i] == three[1]);
  }
  CHECK(json("runs/small/evaluate/metrics.json").at("models").find("ensemble/median") != nullptr);
}

TEST_CASE_FIXTURE(WorkflowFixture, "greedy weights are best on validation, and are told") {
  workflow(members + "[stages.ensemble]\nmetric = \"mase\"\n[stages.evaluate]\nsplits = [\"val\"]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const Value record = json("runs/small/ensemble/ensemble.json"), models = json("runs/small/evaluate/metrics.json").at("models");
  const auto mase = [&](const std::string& model) { return models.at(model).at("original").at("load").at("mase").as_double(); };
  double smallest = mase("baselines/Naive"), sum = 0;
  for (const auto& [label, loss] : record.at("members").as_map()) {
    CHECK(loss.as_double() == doctest::Approx(mase(label)));
    smallest = std::min(smallest, loss.as_double());
    sum += record.at("weights").at(label).as_double();
  }
  CHECK(sum == doctest::Approx(1));
  CHECK(record.at("val_mase").as_double() <= smallest);
  CHECK(record.at("val_mase").as_double() == doctest::Approx(mase("ensemble/greedy")));
  CHECK_MESSAGE(contains(done.err, "; its best member baselines/"), done.err);
  CHECK(contains(done.err, "weights: "));
}

TEST_CASE_FIXTURE(WorkflowFixture, "the first stage's only forecaster may have no weight") {
  workflow(
      "[stages.first]\ntype = \"baselines\"\nmodels = [\"Drift\"]\n[stages.second]\ntype = \"baselines\"\nmodels = [\"SeasonalNaive\", "
      "\"Theta\"]\n[stages.ensemble]\nrounds = 1\n[stages.evaluate]\n");
  const Finished done = run();
  REQUIRE_MESSAGE(done.status == 0, done.err);
  CHECK(json("runs/small/ensemble/ensemble.json").at("weights").at("first/Drift").as_double() == 0);
}

TEST_CASE_FIXTURE(WorkflowFixture, "an ensemble without what it needs says so") {
  workflow(members + "[stages.ensemble]\n");
  const auto refused = [&](const std::string& option) { return run({"--set", "stages.ensemble." + option}).err; };
  CHECK_MESSAGE(contains(refused("models=[\"Thet\"]"), "no stage before gives forecasts of Thet; did you mean \"baselines/Theta\"?"),
                refused("models=[\"Thet\"]"));
  CHECK(contains(refused("models=[\"Theta\"]"), "an ensemble needs two forecasters or more, and baselines/Theta is alone"));
  CHECK(contains(refused("models=[\"Theta\", \"baselines/Theta\"]"), "models names baselines/Theta twice: a mean counts each member once"));
  const Finished undefined = run({"--set", "season_length=300", "--set", "stages.ensemble.metric=mase"});
  CHECK(undefined.status == 2);
  CHECK_MESSAGE(
      contains(undefined.err, "mase is not defined on validation: no value is observed, or none changes from season to season before it"),
      undefined.err);
  CHECK(run({"--set", "season_length=300", "--set", "stages.ensemble.method=median"}).status == 0);
  const Finished average = run({"--set", "stages.baselines.models=[\"Naive\", \"WindowAverage\"]", "--set", "stages.ensemble.metric=wql"});
  CHECK(average.status == 2);
  CHECK_MESSAGE(
      contains(average.err, "metric = \"wql\" measures quantiles, and the members have no level in common: write metric = \"mase\""),
      average.err);
  // The cure works.
  CHECK(run({"--set", "stages.baselines.models=[\"Naive\", \"WindowAverage\"]", "--set", "stages.ensemble.metric=mase"}).status == 0);
  const Finished no_validation = run({"--set", "split={ val = 0, test = 60 }"});
  CHECK_MESSAGE(contains(no_validation.err, "method = \"greedy\" chooses weights on validation, which has no window"), no_validation.err);
  CHECK(run({"--set", "split={ val = 0, test = 60 }", "--set", "stages.ensemble.method=median"}).status == 0);

  workflow(members + "[stages.one]\ntype = \"ensemble\"\n[stages.two]\ntype = \"ensemble\"\n");
  CHECK(pipeline({"validate", "workflow.toml"}).status == 2);
  workflow(members + "[stages.one]\ntype = \"ensemble\"\ninputs = { forecasts = \"baselines\" }\n[stages.two]\ntype = \"ensemble\"\n");
  CHECK(pipeline({"validate", "workflow.toml"}).status == 0);
}

TEST_CASE_FIXTURE(WorkflowFixture, "an ensemble of nothing, or of one network, is refused before any work") {
  workflow("[stages.ensemble]\n");
  CHECK(contains(
      pipeline({"validate", "workflow.toml"}).err,
      "stage \"ensemble\" combines forecasters, and there is none: add stages that train or forecast, such as [stages.baselines]"));
  workflow("[model]\ntype = \"LinearModel\"\n[stages.train]\n[stages.ensemble]\n");
  const Finished alone = pipeline({"validate", "workflow.toml"});
  CHECK(alone.status == 2);
  CHECK_MESSAGE(contains(alone.err, "stage \"ensemble\" combines forecasters, and train is the only one: add stages"), alone.err);
  workflow("[model]\ntype = \"LinearModel\"\n[stages.train]\n[stages.baselines]\n[stages.ensemble]\n");
  CHECK(pipeline({"validate", "workflow.toml"}).status == 0);
}

TEST_CASE_FIXTURE(WorkflowFixture, "greedy weights are chosen on rows set apart for calibration, where there are some") {
  workflow(members + "[stages.ensemble]\nmetric = \"mase\"\n[stages.evaluate]\nsplits = [\"val\"]\n");
  const Finished on_validation = run();
  REQUIRE_MESSAGE(on_validation.status == 0, on_validation.err);
  CHECK(contains(on_validation.err,
                 "They are of validation, by which evaluate ranks models: only test tells what they are worth (rows for calibration in "
                 "`split` would choose them)"));
  CHECK(json("runs/small/ensemble/ensemble.json").at("chosen_on").as_string() == "val");
  const Finished audited = pipeline({"audit", "workflow.toml"});
  CHECK(audited.status == 0);
  CHECK_MESSAGE(contains(audited.out + audited.err,
                         "the weights of ensemble were chosen on validation, by which evaluate ranks it among its members: its rank "
                         "flatters it; rows for calibration in `split` would choose them"),
                (audited.out + audited.err));
  // The cure works.
  write("workflow.toml", "split = { val = 50, calibration = 50, test = 50 }\n" + read("workflow.toml"));
  const Finished on_calibration = run();
  REQUIRE_MESSAGE(on_calibration.status == 0, on_calibration.err);
  CHECK(contains(on_calibration.err, "They are of the calibration windows: ranking on validation has not seen them"));
  const Value record = json("runs/small/ensemble/ensemble.json");
  CHECK(record.at("chosen_on").as_string() == "calibration");
  const double chosen = record.at("calibration_mase").as_double();
  for (const auto& [label, loss] : record.at("members").as_map()) CHECK(chosen <= loss.as_double());
  const Finished calm = pipeline({"audit", "workflow.toml"});
  CHECK_FALSE(contains(calm.out + calm.err, "its rank flatters it"));
  CHECK(contains(calm.out + calm.err, "models are chosen by validation"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a leading model that no stage trained is told beside the better of the two") {
  workflow(members + "[stages.ensemble]\nmethod = \"mean\"\nmodels = [\"SeasonalNaive\", \"Theta\"]\n[stages.evaluate]\n");
  const Finished done = run({"--set", "stages.evaluate.rank_by=mae"});
  REQUIRE_MESSAGE(done.status == 0, done.err);
  const std::string leader = json("runs/small/evaluate/metrics.json").at("stage").as_string();
  CHECK_MESSAGE(
      (contains(done.err, leader + " beats repeating the last ") || contains(done.err, leader + " does not beat repeating the last ")),
      done.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "networks of windows made elsewhere are no members") {
  workflow("");
  REQUIRE(run({"--set", "stages.slice_windows.export=true"}).status == 0);
  write("workflow.toml", R"(name = "arrays"
threads = 1
[stages.slice_windows]
feature_path = "runs/small/slice_windows/X.npy"
target_path = "runs/small/slice_windows/y.npy"
[model]
type = "LSTMModel"
hidden_size = 4
num_layers = 1
[trainer]
max_epochs = 1
[stages.train]
[stages.other]
type = "train"
[stages.ensemble]
)");
  const Finished done = run();
  CHECK(done.status == 2);
  CHECK_MESSAGE(
      contains(done.err, "train was trained on windows made elsewhere, which have no units to be combined in: leave it out of `models`"),
      done.err);
}
