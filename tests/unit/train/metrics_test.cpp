#include "pipeline/train/metrics.h"

#include <doctest/doctest.h>
#include <torch/types.h>

#include <algorithm>
#include <vector>

#include "pipeline/errors.h"

using namespace pipeline;

namespace {

// 5 windows, 2 steps, 3 targets. Expected numbers below come from NumPy in float64 on these values.
const std::vector<double> truth{0.5, -1.0, 2.0, 1.5,  -0.25, 2.0, 0.75, 3.0,  2.0, -2.0, 1.25, 2.0, 1.0,  0.0,  2.0,
                                4.0, 0.5,  2.0, -1.5, 2.5,   2.0, 0.25, -3.0, 2.0, 2.25, 1.0,  2.0, -0.5, 1.75, 2.0};
const std::vector<double> forecast{0.4, -0.8, 2.1, 1.75, -0.5, 1.9, 1.0, 2.5,  2.0, -1.5, 1.0, 2.2, 0.5,   0.1, 1.8,
                                   3.0, 0.75, 2.0, -1.0, 2.25, 2.3, 0.0, -2.0, 1.7, 2.0,  1.5, 2.0, -0.25, 1.5, 2.05};

torch::Tensor cube(const std::vector<double>& values, torch::ScalarType type = torch::kFloat) {
  return torch::tensor(values, torch::kDouble).reshape({5, 2, 3}).to(type);
}

MetricAccumulator accumulated(const torch::Tensor& values, const torch::Tensor& y, std::int64_t batch, const torch::Tensor& weight = {}) {
  MetricAccumulator out(2, 3);
  for (std::int64_t first = 0; first < y.size(0); first += batch) {
    const std::int64_t last = std::min(first + batch, y.size(0));
    out.add(values.slice(0, first, last), y.slice(0, first, last), weight.defined() ? weight.slice(0, first, last) : weight);
  }
  return out;
}

}  // namespace

TEST_CASE("metrics over all values are NumPy's") {
  const MetricValues all = accumulated(cube(forecast), cube(truth), 5).all();
  CHECK(all.count == 30);
  CHECK(all.near_zero == 1);
  CHECK(all.mse == doctest::Approx(0.140583333333333).epsilon(1e-6));
  CHECK(all.mae == doctest::Approx(0.288333333333333).epsilon(1e-6));
  CHECK(all.rmse == doctest::Approx(0.374944440328608).epsilon(1e-6));
  CHECK(all.mape.value() == doctest::Approx(0.255596606458675).epsilon(1e-6));
  CHECK(all.avg_abs_accuracy.value() == doctest::Approx(0.744403393541325).epsilon(1e-6));
  CHECK(all.smape.value() == doctest::Approx(0.34877274753886084).epsilon(1e-6));
}

TEST_CASE("r2 is per target over windows and steps, averaged over the targets that vary") {
  const MetricAccumulator metrics = accumulated(cube(forecast), cube(truth), 2);
  CHECK(metrics.target(0).r2.value() == doctest::Approx(0.9253993250843645).epsilon(1e-6));
  CHECK(metrics.target(1).r2.value() == doctest::Approx(0.9331988343420757).epsilon(1e-6));
  CHECK_FALSE(metrics.target(2).r2.has_value());
  CHECK(metrics.target(2).mape.value() == doctest::Approx(0.0625).epsilon(1e-6));
  CHECK(metrics.all().r2.value() == doctest::Approx(0.9292990797132201).epsilon(1e-6));
  CHECK(metrics.step(1).mse == doctest::Approx(0.188666666666667).epsilon(1e-6));
  CHECK(metrics.step(1).r2.value() == doctest::Approx(0.9199699973223653).epsilon(1e-6));
}

TEST_CASE("metrics do not depend on the batch size") {
  const MetricValues one = accumulated(cube(forecast), cube(truth), 1).all();
  for (const std::int64_t batch : {2, 3, 5}) {
    const MetricValues other = accumulated(cube(forecast), cube(truth), batch).all();
    CHECK(other.mse == doctest::Approx(one.mse).epsilon(1e-14));
    CHECK(other.mape.value() == doctest::Approx(one.mape.value()).epsilon(1e-14));
    CHECK(other.r2.value() == doctest::Approx(one.r2.value()).epsilon(1e-13));
  }
}

TEST_CASE("values of weight 0 are not counted") {
  torch::Tensor weight = torch::ones({5, 2, 3});
  weight.index_put_({1, 0, 1}, 0);
  weight.select(0, 3).select(1, 0).fill_(0);
  const MetricValues all = accumulated(cube(forecast), cube(truth), 2, weight).all();
  CHECK(all.count == 27);
  CHECK(all.mse == doctest::Approx(0.13537037037037).epsilon(1e-6));
  CHECK(all.mae == doctest::Approx(0.274074074074074).epsilon(1e-6));
  CHECK(all.mape.value() == doctest::Approx(0.227396214896215).epsilon(1e-6));
  CHECK(all.r2.value() == doctest::Approx(0.9228470046544217).epsilon(1e-6));
}

TEST_CASE("doubles stay doubles: a level of a million beside a spread of one") {
  const MetricAccumulator metrics = accumulated(cube(forecast, torch::kDouble) + 1e6, cube(truth, torch::kDouble) + 1e6, 3);
  CHECK(metrics.target(0).r2.value() == doctest::Approx(0.9253993250843645).epsilon(1e-8));
  CHECK(metrics.all().mse == doctest::Approx(0.140583333333333).epsilon(1e-8));
}

TEST_CASE("views and other layouts are read as they are meant") {
  const torch::Tensor y = cube(truth).permute({2, 1, 0}).contiguous().permute({2, 1, 0});
  REQUIRE_FALSE(y.is_contiguous());
  CHECK(accumulated(cube(forecast), y, 2).all().mse == doctest::Approx(0.140583333333333).epsilon(1e-6));
}

TEST_CASE("no value gives no number, and reset forgets") {
  MetricAccumulator metrics = accumulated(cube(forecast), cube(truth), 5);
  metrics.reset();
  CHECK(metrics.all().count == 0);
  CHECK_FALSE(metrics.all().mape.has_value());
  CHECK_FALSE(metrics.all().r2.has_value());
}

TEST_CASE("shapes that do not fit are an error") {
  MetricAccumulator metrics(2, 3);
  CHECK_THROWS_WITH_AS(metrics.add(torch::zeros({5, 2, 3}), torch::zeros({5, 3, 2})), "metrics take forecasts and truth of shape [B, 2, 3]",
                       Error);
}
