#include <cmath>

#include "basic_metrics.h"

namespace pipeline::metrics::basic {

namespace {

class SquaredError : public BasicMetric {
 public:
  using BasicMetric::BasicMetric;
  void count(const MetricBatch& batch, const MetricSums& sums) const final {
    for_each_value(batch, sums, [](double* sum, const MetricValue& value) {
      const double error = value.forecast - value.truth;
      *sum += error * error;
    });
  }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double counted) const override { return sums[0] / counted; }
};

class MeanSquaredError final : public SquaredError {
 public:
  explicit MeanSquaredError(Options)
      : SquaredError({.name = "mse", .label = "MSE", .headline = true, .counts_as = "basic.squared_error", .place = 10}) {}
};

class RootMeanSquaredError final : public SquaredError {
 public:
  explicit RootMeanSquaredError(Options)
      : SquaredError({.name = "rmse", .label = "RMSE", .counts_as = "basic.squared_error", .place = 30}) {}
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double counted) const override {
    return std::sqrt(sums[0] / counted);
  }
};

class MeanAbsoluteError final : public BasicMetric {
 public:
  explicit MeanAbsoluteError(Options) : BasicMetric({.name = "mae", .label = "MAE", .headline = true, .place = 20}) {}
  void count(const MetricBatch& batch, const MetricSums& sums) const override {
    for_each_value(batch, sums, [](double* sum, const MetricValue& value) { *sum += std::abs(value.forecast - value.truth); });
  }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double counted) const override { return sums[0] / counted; }
};

}  // namespace

void add_mean_errors(Registrar& registrar) {
  registrar.add<Metric, MeanSquaredError>("mse", "Mean squared error.").reference("scikit-learn's mean_squared_error");
  registrar.add<Metric, RootMeanSquaredError>("rmse", "Square root of the mean squared error.")
      .reference("scikit-learn's root_mean_squared_error");
  registrar.add<Metric, MeanAbsoluteError>("mae", "Mean absolute error.").reference("scikit-learn's mean_absolute_error");
}

}  // namespace pipeline::metrics::basic
