#include <algorithm>
#include <cmath>

#include "basic_metrics.h"

namespace pipeline::metrics::basic {

namespace {

/// The mean over the levels of 2 max(q (y - f), (q - 1) (y - f)): twice the pinball loss, which is the absolute error at the median.
double doubled_pinball(const MetricValue& value, std::span<const double> levels) {
  double sum = 0;
  for (std::size_t q = 0; q < levels.size(); ++q) {
    const double too_low = value.truth - value.quantiles[q];
    sum += 2 * std::max(levels[q] * too_low, (levels[q] - 1) * too_low);
  }
  return sum / static_cast<double>(levels.size());
}

MetricInfo quantile_info(const char* name, const char* label, int place) {
  return {.name = name, .label = label, .units = MetricUnits::original, .needs_quantiles = true, .place = place};
}

/// Sums: doubled_pinball(), and |y|.
class RelativePinball : public BasicMetric {
 public:
  explicit RelativePinball(MetricInfo info)
      : BasicMetric([&] {
          info.sums = 2, info.counts_as = "basic.relative_pinball";
          return info;
        }()) {}
  void count(const MetricBatch& batch, const MetricSums& sums) const final {
    for_each_value(batch, sums, [&](double* sum, const MetricValue& value) {
      sum[0] += doubled_pinball(value, batch.levels);
      sum[1] += std::abs(value.truth);
    });
  }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double) const final {
    return sums[1] > 0 ? std::optional(sums[0] / sums[1]) : std::nullopt;
  }
};

class WeightedQuantileLoss final : public RelativePinball {
 public:
  explicit WeightedQuantileLoss(Options) : RelativePinball(quantile_info("wql", "WQL", 100)) {}
};

class ScaledCrps final : public RelativePinball {
 public:
  explicit ScaledCrps(Options)
      : RelativePinball([] {
          MetricInfo info = quantile_info("scrps", "sCRPS", 110);
          info.mean_over_series = true;
          return info;
        }()) {}
};

class Crps final : public BasicMetric {
 public:
  explicit Crps(Options) : BasicMetric(quantile_info("crps", "CRPS", 120)) {}
  void count(const MetricBatch& batch, const MetricSums& sums) const override {
    for_each_value(batch, sums, [&](double* sum, const MetricValue& value) { *sum += doubled_pinball(value, batch.levels); });
  }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double counted) const override { return sums[0] / counted; }
};

/// Sums: doubled_pinball() over the series' scale, and the number of values of series that have one.
class ScaledQuantileLoss final : public BasicMetric {
 public:
  explicit ScaledQuantileLoss(Options)
      : BasicMetric([] {
          MetricInfo info = quantile_info("sql", "SQL", 130);
          info.needs_scale = true, info.sums = 2;
          return info;
        }()) {}
  void count(const MetricBatch& batch, const MetricSums& sums) const override {
    for_each_value(batch, sums, [&](double* sum, const MetricValue& value) {
      if (!(value.scale->absolute > 0)) return;
      sum[0] += doubled_pinball(value, batch.levels) / value.scale->absolute;
      sum[1] += 1;
    });
  }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double) const override {
    return sums[1] > 0 ? std::optional(sums[0] / sums[1]) : std::nullopt;
  }
  [[nodiscard]] double left_out(std::span<const double> sums, double counted) const override { return counted - sums[1]; }
};

}  // namespace

void add_quantile_errors(Registrar& registrar) {
  registrar
      .add<Metric, WeightedQuantileLoss>("wql",
                                         "Weighted quantile loss: twice the pinball loss, mean over the quantiles, over the sum of |y|.")
      .reference("GluonTS's mean_weighted_sum_quantile_loss");
  registrar.add<Metric, ScaledCrps>("scrps", "wql of each series by itself, mean over the series.")
      .reference("utilsforecast's scaled_crps");
  registrar.add<Metric, Crps>("crps", "Twice the pinball loss, mean over quantiles and values: the continuous ranked probability score.")
      .reference("Gneiting and Raftery, Strictly Proper Scoring Rules, 2007; scoringrules' crps_quantile");
  registrar
      .add<Metric, ScaledQuantileLoss>(
          "sql", "Twice the pinball loss over the mean |y(t) - y(t - season)| of the rows before, mean over quantiles and values.")
      .reference("AutoGluon's SQL, as in fev");
}

}  // namespace pipeline::metrics::basic
