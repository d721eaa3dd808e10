#include <cmath>
#include <limits>

#include "basic_metrics.h"

namespace pipeline::metrics::basic {

namespace {

/// An error divided by the series' scale. A group with different scales has no value.
class ScaledError : public BasicMetric {
 public:
  static constexpr std::int64_t width = 3;
  using BasicMetric::BasicMetric;
  void merge(std::span<double> sums, std::span<const double> others) const final {
    sums[error] += others[error];
    take_scale(sums.data(), others[scale]);
  }

 protected:
  enum Sum : std::size_t { error, scale, has_scale };

  static void take_scale(double* sum, double of_value) {
    if (sum[has_scale] == 0) {
      sum[scale] = of_value;
      sum[has_scale] = 1;
    } else if (sum[scale] != of_value) {
      sum[scale] = std::numeric_limits<double>::quiet_NaN();
    }
  }
};

MetricInfo scaled_info(const char* name, const char* label, int place) {
  return {.name = name,
          .label = label,
          .units = MetricUnits::original,
          .needs_scale = true,
          .mean_over_targets = true,
          .mean_over_series = true,
          .sums = ScaledError::width,
          .place = place};
}

class MeanAbsoluteScaledError final : public ScaledError {
 public:
  explicit MeanAbsoluteScaledError(Options) : ScaledError(scaled_info("mase", "MASE", 80)) {}
  void count(const MetricBatch& batch, const MetricSums& sums) const override {
    for_each_value(batch, sums, [](double* sum, const MetricValue& value) {
      sum[error] += std::abs(value.forecast - value.truth);
      take_scale(sum, value.scale->absolute);
    });
  }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double counted) const override {
    const double mae = sums[error] / counted;
    return sums[scale] > 0 && std::isfinite(mae) ? std::optional(mae / sums[scale]) : std::nullopt;
  }
};

class RootMeanSquaredScaledError final : public ScaledError {
 public:
  explicit RootMeanSquaredScaledError(Options) : ScaledError(scaled_info("rmsse", "RMSSE", 90)) {}
  void count(const MetricBatch& batch, const MetricSums& sums) const override {
    for_each_value(batch, sums, [](double* sum, const MetricValue& value) {
      const double distance = value.forecast - value.truth;
      sum[error] += distance * distance;
      take_scale(sum, value.scale->squared);
    });
  }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double counted) const override {
    const double mse = sums[error] / counted;
    return sums[scale] > 0 && std::isfinite(mse) ? std::optional(std::sqrt(mse / sums[scale])) : std::nullopt;
  }
};

}  // namespace

void add_scaled_errors(Registrar& registrar) {
  registrar
      .add<Metric, MeanAbsoluteScaledError>("mase",
                                            "mae over the mean |y(t) - y(t - season)| of the rows before, mean over series and targets.")
      .reference("Hyndman and Koehler, Another look at measures of forecast accuracy, 2006");
  registrar
      .add<Metric, RootMeanSquaredScaledError>(
          "rmsse", "Square root of mse over the mean (y(t) - y(t - season))^2 of the rows before, mean over series and targets.")
      .reference("Makridakis et al., The M5 accuracy competition, 2022");
}

}  // namespace pipeline::metrics::basic
