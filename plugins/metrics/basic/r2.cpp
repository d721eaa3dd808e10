#include "basic_metrics.h"

namespace pipeline::metrics::basic {

namespace {

/// The variance is that of y minus the group's first value. It is exactly zero for a constant target, and a level that is large beside the
/// spread does not cancel digits.
class R2 final : public BasicMetric {
 public:
  explicit R2(Options)
      : BasicMetric({.name = "r2", .label = "R²", .larger_is_better = true, .mean_over_targets = true, .sums = sizes, .place = 50}) {}

  void count(const MetricBatch& batch, const MetricSums& sums) const override {
    for_each_value(batch, sums, [](double* sum, const MetricValue& value) {
      const double error = value.forecast - value.truth;
      if (sum[values] == 0) sum[shift] = value.truth;
      const double centred = value.truth - sum[shift];
      sum[values] += 1;
      sum[squared_error] += error * error;
      sum[truth] += centred;
      sum[squared_truth] += centred * centred;
    });
  }

  void merge(std::span<double> sums, std::span<const double> others) const override {
    const double apart = others[shift] - sums[shift];  // y - shift = (y - other shift) + apart
    sums[squared_truth] += others[squared_truth] + 2 * apart * others[truth] + others[values] * apart * apart;
    sums[truth] += others[truth] + others[values] * apart;
    sums[values] += others[values];
    sums[squared_error] += others[squared_error];
  }

  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double) const override {
    const double variation = sums[squared_truth] - sums[truth] * sums[truth] / sums[values];
    return variation > 0 ? std::optional(1 - sums[squared_error] / variation) : std::nullopt;
  }

 private:
  enum Sum : std::size_t { values, squared_error, shift, truth, squared_truth, sizes };  ///< truth: of y - shift
};

}  // namespace

void add_r2(Registrar& registrar) {
  registrar
      .add<Metric, R2>("r2",
                       "1 - sum (y - f)^2 / sum (y - mean y)^2 of each target over all windows and steps, then the mean of the "
                       "targets that are not constant.")
      .reference("scikit-learn's r2_score");
}

}  // namespace pipeline::metrics::basic
