#include <cmath>

#include "basic_metrics.h"

namespace pipeline::metrics::basic {

namespace {

/// Sums: |y - f| / |y|, and the number of counted values. Values of 0 are left out.
class RelativeError : public BasicMetric {
 public:
  using BasicMetric::BasicMetric;
  void count(const MetricBatch& batch, const MetricSums& sums) const final {
    for_each_value(batch, sums, [](double* sum, const MetricValue& value) {
      const double size = std::abs(value.truth);
      if (size == 0) return;
      sum[0] += std::abs(value.forecast - value.truth) / size;
      sum[1] += 1;
    });
  }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double) const override {
    return sums[1] > 0 ? std::optional(sums[0] / sums[1]) : std::nullopt;
  }
  [[nodiscard]] double left_out(std::span<const double> sums, double counted) const final { return counted - sums[1]; }
};

class MeanRelativeError final : public RelativeError {
 public:
  explicit MeanRelativeError(Options)
      : RelativeError({.name = "mape", .label = "MAPE", .percent = true, .sums = 2, .counts_as = "basic.relative_error", .place = 40}) {}
};

class AbsoluteAccuracy final : public RelativeError {
 public:
  explicit AbsoluteAccuracy(Options)
      : RelativeError({.name = "avg_abs_accuracy",
                       .key = "avg_{split}_abs_accuracy",
                       .label = "Accuracy",
                       .larger_is_better = true,
                       .percent = true,
                       .sums = 2,
                       .counts_as = "basic.relative_error",
                       .place = 60}) {}
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double counted) const override {
    const auto error = RelativeError::finish(sums, counted);
    return error ? std::optional(1 - *error) : std::nullopt;
  }
};

class SymmetricError final : public BasicMetric {
 public:
  explicit SymmetricError(Options)
      : BasicMetric({.name = "smape", .label = "sMAPE", .percent = true, .mean_over_series = true, .place = 70}) {}
  void count(const MetricBatch& batch, const MetricSums& sums) const override {
    for_each_value(batch, sums, [](double* sum, const MetricValue& value) {
      const double error = value.forecast - value.truth;
      const double distance = std::abs(error);
      if (distance > 0) *sum += 2 * distance / (std::abs(value.truth) + std::abs(value.truth + error));
    });
  }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double counted) const override { return sums[0] / counted; }
};

}  // namespace

void add_relative_errors(Registrar& registrar) {
  registrar.add<Metric, MeanRelativeError>("mape", "Mean of |y - f| / |y|, a fraction, without values of y = 0.")
      .reference("scikit-learn's mean_absolute_percentage_error");
  registrar.add<Metric, AbsoluteAccuracy>("avg_abs_accuracy", "1 - mape.");
  registrar
      .add<Metric, SymmetricError>("smape", "Mean of 2 |y - f| / (|y| + |f|), between 0 and 2; 0 where both are 0. Mean over the series.")
      .reference("Makridakis, Accuracy measures, 1993, as in the M4 competition");
}

}  // namespace pipeline::metrics::basic
