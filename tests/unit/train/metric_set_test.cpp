#include "pipeline/train/metric_set.h"

#include <doctest/doctest.h>
#include <torch/types.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "pipeline/errors.h"
#include "support/basic_metrics.h"

using namespace pipeline;
using pipeline::test::basic_metrics;

namespace {

constexpr std::int64_t steps = 2, targets = 3;
constexpr MetricGroups by_step_and_target{.steps = steps, .targets = targets};
constexpr std::array<const char*, 7> names{"mse", "mae", "rmse", "mape", "r2", "avg_abs_accuracy", "smape"};

// 5 windows, 2 steps, 3 targets. Expected numbers below come from NumPy in float64 on these values.
const std::vector<double> truth{0.5, -1.0, 2.0, 1.5,  -0.25, 2.0, 0.75, 3.0,  2.0, -2.0, 1.25, 2.0, 1.0,  0.0,  2.0,
                                4.0, 0.5,  2.0, -1.5, 2.5,   2.0, 0.25, -3.0, 2.0, 2.25, 1.0,  2.0, -0.5, 1.75, 2.0};
const std::vector<double> forecast{0.4, -0.8, 2.1, 1.75, -0.5, 1.9, 1.0, 2.5,  2.0, -1.5, 1.0, 2.2, 0.5,   0.1, 1.8,
                                   3.0, 0.75, 2.0, -1.0, 2.25, 2.3, 0.0, -2.0, 1.7, 2.0,  1.5, 2.0, -0.25, 1.5, 2.05};

torch::Tensor cube(const std::vector<double>& values, torch::ScalarType type = torch::kFloat) {
  return torch::tensor(values, torch::kDouble).reshape({-1, steps, targets}).to(type);
}

MetricSet measured(const torch::Tensor& values, const torch::Tensor& y, std::int64_t batch, const torch::Tensor& weight = {}) {
  MetricSet out(basic_metrics(), by_step_and_target);
  for (std::int64_t first = 0; first < y.size(0); first += batch) {
    const std::int64_t last = std::min(first + batch, y.size(0));
    out.add({.forecast = values.slice(0, first, last),
             .truth = y.slice(0, first, last),
             .weight = weight.defined() ? weight.slice(0, first, last) : weight});
  }
  return out;
}

double all(const MetricSet& metrics, const char* name) { return metrics.value(name).value(); }

/// Sums over quantiles of 2 rho_q, and of |y|: GluonTS's mean_weighted_sum_quantile_loss.
class WeightedQuantileLoss final : public Metric {
 public:
  [[nodiscard]] const MetricInfo& info() const override { return info_; }
  void count(const MetricBatch& batch, const MetricSums& sums) const override {
    for_each_value(batch, sums, [&](double* sum, const MetricValue& value) {
      for (std::size_t q = 0; q < batch.levels.size(); ++q) {
        const double error = value.truth - value.quantiles[q];
        sum[0] += 2 * std::max(batch.levels[q] * error, (batch.levels[q] - 1) * error) / static_cast<double>(batch.levels.size());
      }
      sum[1] += std::abs(value.truth);
    });
  }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double) const override {
    return sums[1] > 0 ? std::optional(sums[0] / sums[1]) : std::nullopt;
  }

 private:
  MetricInfo info_{.name = "wql", .units = MetricUnits::original, .needs_quantiles = true, .sums = 2};
};

/// The share of values between the quantiles 0.1 and 0.9.
class Coverage final : public Metric {
 public:
  [[nodiscard]] const MetricInfo& info() const override { return info_; }
  void count(const MetricBatch& batch, const MetricSums& sums) const override {
    const auto place = [&](double level) {
      return static_cast<std::size_t>(std::ranges::find(batch.levels, level) - batch.levels.begin());
    };
    const std::size_t low = place(0.1), high = place(0.9);
    if (low == batch.levels.size() || high == batch.levels.size()) return;
    for_each_value(batch, sums, [&](double* sum, const MetricValue& value) {
      sum[0] += value.quantiles[low] <= value.truth && value.truth <= value.quantiles[high] ? 1 : 0;
      sum[1] += 1;
    });
  }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double) const override {
    return sums[1] > 0 ? std::optional(sums[0] / sums[1]) : std::nullopt;
  }

 private:
  MetricInfo info_{.name = "coverage_80", .larger_is_better = true, .needs_quantiles = true, .sums = 2};
};

/// The largest error, with a merging rule of its own.
class LargestError final : public Metric {
 public:
  [[nodiscard]] const MetricInfo& info() const override { return info_; }
  void count(const MetricBatch& batch, const MetricSums& sums) const override {
    for_each_value(batch, sums,
                   [](double* sum, const MetricValue& value) { *sum = std::max(*sum, std::abs(value.forecast - value.truth)); });
  }
  void merge(std::span<double> sums, std::span<const double> others) const override { sums[0] = std::max(sums[0], others[0]); }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double) const override { return sums[0]; }

 private:
  MetricInfo info_{.name = "largest"};
};

}  // namespace

TEST_CASE("metrics over all values are NumPy's") {
  const MetricSet metrics = measured(cube(forecast), cube(truth), 5);
  CHECK(metrics.count() == 30);
  CHECK(metrics.left_out("mape") == 1);
  CHECK(metrics.left_out("mse") == 0);
  CHECK(all(metrics, "mse") == doctest::Approx(0.140583333333333).epsilon(1e-6));
  CHECK(all(metrics, "mae") == doctest::Approx(0.288333333333333).epsilon(1e-6));
  CHECK(all(metrics, "rmse") == doctest::Approx(0.374944440328608).epsilon(1e-6));
  CHECK(all(metrics, "mape") == doctest::Approx(0.255596606458675).epsilon(1e-6));
  CHECK(all(metrics, "avg_abs_accuracy") == doctest::Approx(0.744403393541325).epsilon(1e-6));
  CHECK(all(metrics, "smape") == doctest::Approx(0.34877274753886084).epsilon(1e-6));
}

TEST_CASE("sums are added step by step, then target by target: the same doubles as a plain loop in that order") {
  const torch::Tensor y = torch::randn({40, steps, targets}), values = y + torch::randn({40, steps, targets});
  const MetricSet metrics = measured(values, y, 7);
  double squared = 0, absolute = 0, relative = 0, symmetric = 0;
  const auto truths = y.accessor<float, 3>(), forecasts = values.accessor<float, 3>();
  for (std::int64_t t = 0; t < targets; ++t) {
    std::array<double, 4> target{};
    for (std::int64_t h = 0; h < steps; ++h) {
      std::array<double, 4> cell{};
      for (std::int64_t b = 0; b < 40; ++b) {
        const double value = truths[b][h][t], error = static_cast<double>(forecasts[b][h][t]) - value, size = std::abs(error);
        cell[0] += error * error;
        cell[1] += size;
        cell[2] += size / std::abs(value);
        cell[3] += 2 * size / (std::abs(value) + std::abs(value + error));
      }
      for (std::size_t i = 0; i < cell.size(); ++i) target[i] += cell[i];
    }
    squared += target[0], absolute += target[1], relative += target[2], symmetric += target[3];
  }
  CHECK(all(metrics, "mse") == squared / 240);
  CHECK(all(metrics, "rmse") == std::sqrt(squared / 240));
  CHECK(all(metrics, "mae") == absolute / 240);
  CHECK(all(metrics, "mape") == relative / 240);
  CHECK(all(metrics, "avg_abs_accuracy") == 1 - relative / 240);
  CHECK(all(metrics, "smape") == symmetric / 240);
}

TEST_CASE("r2 is per target over windows and steps, averaged over the targets that vary") {
  const MetricSet metrics = measured(cube(forecast), cube(truth), 2);
  const auto r2 = [&](const MetricGroup& of) { return metrics.value("r2", of); };
  CHECK(r2({.target = 0}).value() == doctest::Approx(0.9253993250843645).epsilon(1e-6));
  CHECK(r2({.target = 1}).value() == doctest::Approx(0.9331988343420757).epsilon(1e-6));
  CHECK_FALSE(r2({.target = 2}).has_value());
  CHECK(metrics.value("mape", {.target = 2}).value() == doctest::Approx(0.0625).epsilon(1e-6));
  CHECK(r2({}).value() == doctest::Approx(0.9292990797132201).epsilon(1e-6));
  CHECK(metrics.value("mse", {.step = 1}).value() == doctest::Approx(0.188666666666667).epsilon(1e-6));
  CHECK(r2({.step = 1}).value() == doctest::Approx(0.9199699973223653).epsilon(1e-6));
}

TEST_CASE("metrics are the same doubles for any batch size") {
  const MetricSet one = measured(cube(forecast), cube(truth), 1);
  for (const std::int64_t batch : {2, 3, 5}) {
    const MetricSet other = measured(cube(forecast), cube(truth), batch);
    for (const char* name : names) CHECK_MESSAGE(all(other, name) == all(one, name), name);
  }
}

TEST_CASE("sets that each counted a part give the same as one set that counted all") {
  const torch::Tensor y = cube(truth), values = cube(forecast);
  for (const std::int64_t cut : {0, 1, 3, 5}) {
    MetricSet first = measured(values.slice(0, 0, cut), y.slice(0, 0, cut), 2);
    first.merge(measured(values.slice(0, cut), y.slice(0, cut), 2).sums());  // as another process sends them
    const MetricSet whole = measured(values, y, 5);
    CHECK(first.count() == 30);
    CHECK(first.left_out("mape") == 1);
    for (const char* name : names) {
      CHECK_MESSAGE(all(first, name) == doctest::Approx(all(whole, name)).epsilon(1e-14), name);
      CHECK(first.value(name, {.step = 1, .target = 0}).value() ==
            doctest::Approx(whole.value(name, {.step = 1, .target = 0}).value()).epsilon(1e-14));
    }
    CHECK_FALSE(first.value("r2", {.target = 2}).has_value());  // constant in both parts
  }
  // Doubles hold these sums without rounding, so not a bit differs.
  const torch::Tensor whole_numbers = torch::arange(30).reshape({5, steps, targets}).to(torch::kFloat);
  MetricSet first = measured(whole_numbers.slice(0, 0, 2) * 2, whole_numbers.slice(0, 0, 2), 1);
  first.merge(measured(whole_numbers.slice(0, 2) * 2, whole_numbers.slice(0, 2), 1));
  const MetricSet once = measured(whole_numbers * 2, whole_numbers, 5);
  for (const char* name : names) CHECK_MESSAGE(all(first, name) == all(once, name), name);
}

TEST_CASE("sets of other metrics or groups are not merged") {
  MetricSet metrics(basic_metrics(), by_step_and_target);
  CHECK_THROWS_WITH_AS(metrics.merge(MetricSet(basic_metrics(), {.steps = 1, .targets = targets})),
                       "metrics of one set cannot be put to those of another: metrics or groups differ", Error);
  CHECK_THROWS_AS(metrics.merge(MetricSet({}, by_step_and_target)), Error);
  CHECK_THROWS_AS(metrics.merge(MetricSet({}, by_step_and_target).sums()), Error);
}

TEST_CASE("a metric's own merge is used between groups and between sets") {
  const Metrics largest{std::make_shared<LargestError>()};
  MetricSet early(largest, by_step_and_target), late(largest, by_step_and_target);
  early.add({.forecast = cube(forecast).slice(0, 0, 3), .truth = cube(truth).slice(0, 0, 3)});
  late.add({.forecast = cube(forecast).slice(0, 3), .truth = cube(truth).slice(0, 3)});
  CHECK(early.value("largest", {.target = 0}).value() == doctest::Approx(1.0));
  CHECK(late.value("largest", {.target = 1}).value() == doctest::Approx(1.0));
  early.merge(late);
  CHECK(early.value("largest", {.step = 1, .target = 1}).value() == doctest::Approx(1.0));
  CHECK(early.value("largest").value() == doctest::Approx(1.0));
}

TEST_CASE("series are distinguished: pooled metrics are of all values, means over series count every series once") {
  // Series 1 has one window of five; its scale is twice that of series 0.
  const torch::Tensor series = torch::tensor({0, 0, 1, 0, 0}, torch::kLong);
  const std::vector<SeriesScale> scales{{1, 1}, {1, 1}, {1, 1}, {2, 4}, {2, 4}, {2, 4}};
  MetricSet metrics(basic_metrics(), {.series = 2, .steps = steps, .targets = targets});
  metrics.add({.forecast = cube(forecast), .truth = cube(truth), .series = series, .scales = scales});
  const auto rows = [](const std::vector<double>& of, bool second) {
    const torch::Tensor cubes = cube(of);
    return second ? cubes.slice(0, 2, 3) : torch::cat({cubes.slice(0, 0, 2), cubes.slice(0, 3)});
  };
  const MetricSet first = measured(rows(forecast, false), rows(truth, false), 2),
                  second = measured(rows(forecast, true), rows(truth, true), 2);
  CHECK(metrics.count({.series = 0}) == 24);
  for (const char* name : names) {
    CHECK_MESSAGE(metrics.value(name, {.series = 0}) == first.value(name), name);
    CHECK_MESSAGE(metrics.value(name, {.series = 1}) == second.value(name), name);
  }
  const MetricSet together = measured(cube(forecast), cube(truth), 5);
  CHECK(all(metrics, "mse") == doctest::Approx(all(together, "mse")).epsilon(1e-14));
  CHECK(all(metrics, "r2") == doctest::Approx(all(together, "r2")).epsilon(1e-13));
  CHECK(all(metrics, "smape") == (all(first, "smape") + all(second, "smape")) / 2);

  double mase = 0;
  for (std::int64_t t = 0; t < targets; ++t)
    mase += first.value("mae", {.target = t}).value() / 1 + second.value("mae", {.target = t}).value() / 2;
  CHECK(all(metrics, "mase") == doctest::Approx(mase / 6).epsilon(1e-14));
  CHECK(metrics.value("mase", {.series = 1, .target = 0}).value() == second.value("mae", {.target = 0}).value() / 2);
  CHECK(metrics.value("rmsse", {.series = 1, .target = 0}).value() ==
        doctest::Approx(std::sqrt(second.value("mse", {.target = 0}).value()) / 2).epsilon(1e-14));
}

TEST_CASE("a scaled metric has no value if series with different scales share a group, or without a scale") {
  const std::vector<SeriesScale> scales{{1, 1}, {1, 1}, {1, 1}, {2, 4}, {1, 1}, {0, 0}};
  MetricSet pooled(basic_metrics(), by_step_and_target);
  pooled.add({.forecast = cube(forecast), .truth = cube(truth), .series = torch::tensor({0, 0, 1, 0, 0}, torch::kLong), .scales = scales});
  CHECK_FALSE(pooled.value("mase", {.target = 0}).has_value());
  CHECK(pooled.value("mase", {.target = 1}).has_value());
  MetricSet unknown = measured(cube(forecast), cube(truth), 5);
  CHECK_FALSE(unknown.value("mase").has_value());
  MetricSet constant(basic_metrics(), by_step_and_target);
  constant.add({.forecast = cube(forecast), .truth = cube(truth), .scales = std::vector<SeriesScale>(3)});
  CHECK_FALSE(constant.value("rmsse").has_value());
  CHECK_THROWS_WITH_AS(
      pooled.add(
          {.forecast = cube(forecast), .truth = cube(truth), .series = torch::tensor({0, 0, 2, 0, 0}, torch::kLong), .scales = scales}),
      "metrics know 2 series, and were given a window of series 2", Error);
}

TEST_CASE("quantile metrics get levels, and have no value for a forecast without quantiles") {
  const Metrics quantile_metrics{std::make_shared<WeightedQuantileLoss>(), std::make_shared<Coverage>()};
  const std::array<double, 3> levels{0.1, 0.5, 0.9};
  const torch::Tensor y = cube(truth, torch::kDouble);
  const torch::Tensor quantiles = torch::stack({y - 1, y + 0.5, y + torch::tensor({2.0, -0.5, 0.0}, torch::kDouble)}, 3);
  MetricSet metrics(quantile_metrics, {.targets = targets});  // steps together
  for (const std::int64_t first : {0, 3})
    metrics.add({.forecast = cube(forecast, torch::kDouble).slice(0, first, first + 3),
                 .truth = y.slice(0, first, first + 3),
                 .levels = levels,
                 .quantiles = quantiles.slice(0, first, first + 3)});
  // rho: 0.1 * 1; 0.5 * 0.5; 0.1 * 2, 0.9 * 0.5 or 0
  const double size = y.abs().sum().item<double>();
  CHECK(all(metrics, "wql") == doctest::Approx(10 * 2 * (3 * 0.1 + 3 * 0.25 + 0.2 + 0.45) / 3 / size));
  CHECK(metrics.value("coverage_80", {.target = 0}).value() == 1);
  CHECK(metrics.value("coverage_80", {.target = 1}).value() == 0);
  CHECK(all(metrics, "coverage_80") == doctest::Approx(2.0 / 3));
  metrics.add({.forecast = y, .truth = y});
  CHECK_FALSE(metrics.value("wql").has_value());
  CHECK_THROWS_WITH_AS(metrics.add({.forecast = y, .truth = y, .levels = levels, .quantiles = quantiles.slice(3, 0, 2)}),
                       "metrics take quantiles of shape [B, 2, 3, levels]", Error);
}

TEST_CASE("values of weight 0 are not counted") {
  torch::Tensor weight = torch::ones({5, 2, 3});
  weight.index_put_({1, 0, 1}, 0);
  weight.select(0, 3).select(1, 0).fill_(0);
  const MetricSet metrics = measured(cube(forecast), cube(truth), 2, weight);
  CHECK(metrics.count() == 27);
  CHECK(all(metrics, "mse") == doctest::Approx(0.13537037037037).epsilon(1e-6));
  CHECK(all(metrics, "mae") == doctest::Approx(0.274074074074074).epsilon(1e-6));
  CHECK(all(metrics, "mape") == doctest::Approx(0.227396214896215).epsilon(1e-6));
  CHECK(all(metrics, "r2") == doctest::Approx(0.9228470046544217).epsilon(1e-6));
}

TEST_CASE("doubles stay doubles: a level of a million beside a spread of one") {
  const MetricSet metrics = measured(cube(forecast, torch::kDouble) + 1e6, cube(truth, torch::kDouble) + 1e6, 3);
  CHECK(metrics.value("r2", {.target = 0}).value() == doctest::Approx(0.9253993250843645).epsilon(1e-8));
  CHECK(all(metrics, "mse") == doctest::Approx(0.140583333333333).epsilon(1e-8));
}

TEST_CASE("views and other layouts are read correctly") {
  const torch::Tensor y = cube(truth).permute({2, 1, 0}).contiguous().permute({2, 1, 0});
  REQUIRE_FALSE(y.is_contiguous());
  CHECK(all(measured(cube(forecast), y, 2), "mse") == doctest::Approx(0.140583333333333).epsilon(1e-6));
}

TEST_CASE("without values, or for an unknown metric, there is no number; reset forgets") {
  MetricSet metrics = measured(cube(forecast), cube(truth), 5);
  CHECK_FALSE(metrics.value("wql").has_value());
  CHECK(metrics.left_out("wql") == 0);
  metrics.reset();
  CHECK(metrics.count() == 0);
  CHECK_FALSE(metrics.value("mse").has_value());
  CHECK_FALSE(metrics.value("mape").has_value());
  CHECK_FALSE(metrics.value("r2").has_value());
}

TEST_CASE("shapes that do not fit are an error") {
  MetricSet metrics(basic_metrics(), by_step_and_target);
  CHECK_THROWS_WITH_AS(metrics.add({.forecast = torch::zeros({5, 2, 3}), .truth = torch::zeros({5, 3, 2})}),
                       "metrics take forecasts and truth of shape [B, 2, 3]", Error);
}

TEST_CASE("arrays that do not fit are an error too") {
  MetricSet metrics(basic_metrics(), by_step_and_target);
  const std::vector<double> values(12);
  const std::array<SeriesScale, 4> scales{};
  const MetricBatch batch{.windows = 2, .horizon = steps, .targets = targets, .forecast = values.data(), .truth = values.data()};
  MetricBatch longer = batch, scaled = batch;
  longer.windows = 1, longer.horizon = 4;
  scaled.scales = scales;
  CHECK_THROWS_WITH_AS(metrics.add(longer), "metrics take forecasts and truth of shape [B, 2, 3]", Error);
  CHECK_THROWS_WITH_AS(metrics.add(scaled), "metrics take one scale for each series and target, and were given 4", Error);
  metrics.add(batch);
  CHECK(metrics.count() == 12);
}

TEST_CASE("a metric's name in a split's numbers") {
  CHECK(metric_key({.name = "mape"}, "val") == "val_mape");
  MetricInfo later;  // as a constructor's body fills it
  later.name = "mape";
  CHECK(metric_key(later, "val") == "val_mape");
  CHECK(metric_key({.name = "avg_abs_accuracy", .key = "avg_{split}_abs_accuracy"}, "test") == "avg_test_abs_accuracy");
}

TEST_CASE("a metric whose name or key would not be its alone is refused, and metrics are in the order of their places") {
  class Zero final : public metrics::basic::BasicMetric {
   public:
    explicit Zero(MetricInfo info) : BasicMetric(std::move(info)) {}
    void count(const MetricBatch&, const MetricSums&) const override {}
    [[nodiscard]] std::optional<double> finish(std::span<const double>, double) const override { return 0; }
  };
  const auto refusal = [](const MetricInfo& info) -> std::string {
    Registrar registrar;
    metrics::basic::add_basic_metrics(registrar);
    registrar.add_with<Metric, NoOptions>("zero", "With these names.", [info](const Value&) { return std::make_unique<Zero>(info); });
    Registry registry;
    registry.commit(std::move(registrar.entries()));
    try {
      static_cast<void>(make_metrics(registry));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal({.name = "zero"}).empty());
  CHECK(refusal({.name = "mse"}) == "the plugin  gives a metric \"mse\", which another gives already: remove one of them");
  CHECK(refusal({.name = "zero", .key = "{split}_mae"}) ==
        "the plugin  gives a metric \"zero\", whose key \"{split}_mae\" metric \"mae\" has already: let MetricInfo::key differ");
  CHECK(refusal({.name = "zero", .key = "zero"}) == "the plugin  gives a metric \"zero\", whose key \"zero\" is without {split}: add it");
  for (const char* name : {"loss", "windows", "naive_best"}) {
    CHECK(refusal({.name = name}) == "the plugin  gives a metric \"" + std::string(name) +
                                         "\", a name that files use for something else: choose another MetricInfo::name");
  }
  std::vector<std::string> in_order;
  for (const auto& metric : basic_metrics()) in_order.push_back(metric->info().name);
  CHECK(in_order == std::vector<std::string>{"mse", "mae", "rmse", "mape", "r2", "avg_abs_accuracy", "smape", "mase", "rmsse", "wql",
                                             "scrps", "crps", "sql", "coverage_80", "width_80", "winkler_80", "msis"});
}
