#include "cli/runs_compared.h"

#include <doctest/doctest.h>

#include "cli/runs_report.h"

using namespace pipeline;

namespace {

ComparedRun run_of(const std::string& workflow, const std::string& measured_on, const Value::Map& results,
                   const std::string& loss = "MSELoss") {
  Value summary = results;
  summary["stage"] = "train";
  summary["headlines"] = Value::List{"test_mae"};
  const Value record = Value::Map{{"when", "2026-01-01T00:00:00Z"},
                                  {"status", "done"},
                                  {"options", Value::Map{{"train.loss.type", loss}, {"train.model.type", "LSTMModel"}}},
                                  {"stages", Value::Map{{"evaluate", Value::Map{{"ran", true}, {"summary", summary}}},
                                                        {"train", Value::Map{{"ran", true}, {"summary", Value::Map{}}}}}}};
  return {.workflow = workflow, .folder = "/runs/x", .record = record, .measured_on = measured_on};
}

std::vector<std::string> order_of(const RunComparison& all) {
  std::vector<std::string> out;
  for (const ComparedRun& run : all.runs) out.push_back(run.workflow + " " + run.group);
  return out;
}

}  // namespace

TEST_CASE("runs measured on the same windows are ranked by a measure that all have; the largest group leads") {
  const RunComparison all =
      compared({run_of("alone", "f2", {{"val_mase", 0.1}}), run_of("worse", "f1", {{"val_mase", 0.9}, {"val_wql", 0.1}}),
                run_of("unknown", "", {{"val_mase", 0.1}}), run_of("better", "f1", {{"val_mase", 0.8}})});
  CHECK(order_of(all) == std::vector<std::string>{"better A", "worse A", "alone B", "unknown ?"});
  CHECK(all.ranked_by == std::vector<std::string>{"val_mase", "val_mase", ""});
  const std::vector<std::string> said = sentences(all);
  CHECK(said[0] == "windows A: ranked by val_mase");
  CHECK(said[2] == "windows ?: these runs do not tell what they were measured on: run them again to compare them");
  CHECK(said[3] == "runs of different letters were not measured on the same data and origins: compare numbers within a letter only");
}

TEST_CASE("quantiles rank where all have them, and unlike losses do not") {
  const RunComparison quantiles =
      compared({run_of("b", "f", {{"val_mase", 0.1}, {"val_wql", 0.3}}), run_of("a", "f", {{"val_mase", 0.2}, {"val_wql", 0.2}})});
  CHECK(order_of(quantiles) == std::vector<std::string>{"a A", "b A"});
  CHECK(quantiles.ranked_by == std::vector<std::string>{"val_wql"});
  const RunComparison losses = compared({run_of("b", "f", {{"val_loss", 0.3}}), run_of("a", "f", {{"val_loss", 0.2}})});
  CHECK(order_of(losses) == std::vector<std::string>{"a A", "b A"});
  const RunComparison unlike = compared({run_of("b", "f", {{"val_loss", 0.3}}), run_of("a", "f", {{"val_loss", 0.2}}, "L1Loss")});
  CHECK(order_of(unlike) == std::vector<std::string>{"b A", "a A"});
  CHECK(sentences(unlike) == std::vector<std::string>{"in the order of time, as no measure of validation is common to all"});
}

TEST_CASE("the page escapes what files are called, and counts what it leaves out") {
  RunComparison all = compared({run_of("<b>", "f", {{"val_mase", 0.5}, {"test_mae", 2.0}})});
  all.not_measured = 1, all.did_nothing = 2;
  const std::string page = runs_page(all, "/pages");
  CHECK(page.find("&lt;b&gt; has the best validation: val_mase 0.5000, by train (LSTMModel).") != std::string::npos);
  CHECK(page.find("<b>") == std::string::npos);
  CHECK(page.find("left out: 1 run that measured nothing.") != std::string::npos);
  CHECK(page.find("left out: 2 runs that found everything up to date.") != std::string::npos);
}
