#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include "pipeline/data/predictions.h"
#include "workflows/workflow_fixture.h"

using pipeline::PredictionsReader;
using pipeline::Value;

namespace {

/// Demand of which most days are 0, times `unit`, plus `level`.
std::string demand(double unit, double level = 0) {
  std::string csv = "load\n";
  for (int row = 0; row < 200; ++row) csv += std::to_string(level + (row % 3 == 0 ? (row * 37 % 11) * unit : 0)) + "\n";
  return csv;
}

/// Concentrations near 3e-9, none of them 0.
std::string tiny() {
  std::string csv = "load\n";
  for (int row = 0; row < 200; ++row) csv += std::to_string(20 + row * 37 % 19) + "e-10\n";
  return csv;
}

/// A counter near 6e8, where float32 knows every 64th number.
std::string counter() {
  std::string csv = "load\n";
  for (int row = 0, level = 623'000'056; row < 200; ++row) csv += std::to_string(level += 11 + row * 29 % 37) + "\n";
  return csv;
}

void naive_workflow(const WorkflowFixture& fixture, const std::string& preprocess, const std::string& window_norm = "none") {
  fixture.write("workflow.toml", R"(name = "small"
threads = 1
[stages.preprocess]
source = "data.csv"
features = ["load"]
target = ["load"]
)" + preprocess + R"(
[stages.slice_windows]
window = 8
horizon = 2
window_norm = ")" + window_norm + R"("
[model]
type = "NaiveModel"
[stages.train]
[stages.evaluate]
)");
}

struct Errors {
  double mape = 0, mae = 0, worst_difference = 0;  ///< the last: between the model's forecast and the naive one
  std::int64_t zeros = 0;
};

/// The errors of the forecasts in predictions.csv, as the formulas say.
Errors errors_in(const std::filesystem::path& file) {
  Errors out;
  std::int64_t counted = 0, all = 0;
  for (PredictionsReader lines(file); lines.next(); ++all) {
    const double truth = lines.truth(0), error = std::abs(lines.forecast(0) - truth);
    out.worst_difference = std::max(out.worst_difference, std::abs(lines.forecast(0) - lines.naive(0)));
    out.mae += error;
    if (truth == 0) {
      ++out.zeros;
    } else {
      out.mape += error / std::abs(truth);
      ++counted;
    }
  }
  out.mape /= static_cast<double>(counted);
  out.mae /= static_cast<double>(all);
  return out;
}

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "a model that repeats the last value gives the naive forecast, however it is scaled") {
  write("data.csv", demand(7.3));
  for (const std::string scaler : {"standard", "robust", "none"}) {
    for (const std::string window_norm : {"none", "last", "standard"}) {
      CAPTURE(scaler);
      CAPTURE(window_norm);
      naive_workflow(*this, "scaler = \"" + scaler + "\"", window_norm);
      REQUIRE(run().status == 0);
      CHECK(errors_in(path() / "runs/small/evaluate/predictions.csv").worst_difference == 0);
      const Value original = json("runs/small/evaluate/metrics.json").at("original").at("load");
      for (const std::string metric : {"smape", "mape", "mae", "mase"}) CHECK(original.at(metric) == original.at("naive_" + metric));
    }
  }
}

TEST_CASE_FIXTURE(WorkflowFixture, "a model that repeats the last level gives the naive forecast, however it is transformed") {
  write("data.csv", demand(7.3, 0.1));
  for (const std::string transform : {"log", "diff", "log_return"}) {
    for (const std::string scaler : {"standard", "minmax"}) {
      for (const std::string window_norm : {"none", "last", "standard"}) {
        CAPTURE(transform);
        CAPTURE(scaler);
        CAPTURE(window_norm);
        naive_workflow(*this, "scaler = \"" + scaler + "\"\ntransform = { load = \"" + transform + "\" }", window_norm);
        REQUIRE(run().status == 0);
        CHECK(errors_in(path() / "runs/small/evaluate/predictions.csv").worst_difference == 0);
        const Value original = json("runs/small/evaluate/metrics.json").at("original").at("load");
        for (const std::string metric : {"rmse", "mae"}) CHECK(original.at(metric) == original.at("naive_" + metric));
      }
    }
  }
}

TEST_CASE_FIXTURE(WorkflowFixture, "a difference of 0 is that of each series, where each has its own scale") {
  std::string csv = "id,load\n";
  for (int row = 0; row < 200; ++row) csv += "small," + std::to_string(1 + 0.1 * (row * row % 17) + 0.2 * row) + "\n";
  for (int row = 0; row < 200; ++row) csv += "large," + std::to_string(9000 + 700 * (row * row % 13) - 30 * row) + "\n";
  write("data.csv", csv);
  for (const std::string window_norm : {"none", "standard"}) {
    CAPTURE(window_norm);
    naive_workflow(*this, "series_column = \"id\"\ntransform = { load = \"diff\" }", window_norm);
    REQUIRE(run().status == 0);
    CHECK(errors_in(path() / "runs/small/evaluate/predictions.csv").worst_difference == 0);
  }
}

TEST_CASE_FIXTURE(WorkflowFixture, "mape leaves out truths of 0, counts them, and has a value in any unit") {
  write("data.csv", demand(7.3));
  naive_workflow(*this, "");
  const Finished zeros = run();
  REQUIRE(zeros.status == 0);
  const auto file = path() / "runs/small/evaluate/predictions.csv";
  const Value of_demand = json("runs/small/evaluate/metrics.json").at("original").at("load");
  const Errors expected = errors_in(file);
  REQUIRE(expected.zeros > 0);
  CHECK(of_demand.at("mape").as_double() == doctest::Approx(expected.mape).epsilon(1e-12));
  CHECK(of_demand.at("zero_values") == Value(static_cast<double>(expected.zeros)));
  CHECK(contains(zeros.out, "original_mape_leaves_out " + std::to_string(expected.zeros)));
  CHECK_FALSE(contains(zeros.out, "test_mape"));  // that of scaled values

  write("data.csv", tiny());
  REQUIRE(run().status == 0);
  const Value of_tiny = json("runs/small/evaluate/metrics.json").at("original").at("load");
  CHECK(of_tiny.at("mape").as_double() == doctest::Approx(errors_in(file).mape).epsilon(1e-12));
  CHECK(of_tiny.at("zero_values") == Value(0.0));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a level that float32 cannot tell from the next one is refused, and the cure gives true errors") {
  write("data.csv", counter());
  naive_workflow(*this, "scaler = \"none\"");
  const Finished refused = run();
  CHECK(refused.status == 4);
  CHECK(contains(refused.err,
                 "data.csv: column \"load\" changes by 29.09 from row to row, and float32, in which models compute, rounds it by"));
  CHECK(contains(refused.err, ": a model would learn from roundings; write scaler = \"standard\", which takes the level off first"));
  naive_workflow(*this, "scaler = \"standard\"");
  REQUIRE(run().status == 0);
  const Errors errors = errors_in(path() / "runs/small/evaluate/predictions.csv");
  CHECK(errors.worst_difference == 0);
  const Value original = json("runs/small/evaluate/metrics.json").at("original").at("load");
  CHECK(original.at("mae").as_double() == doctest::Approx(errors.mae).epsilon(1e-12));
}
