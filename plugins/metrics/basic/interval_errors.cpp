#include <algorithm>
#include <optional>

#include "basic_metrics.h"
#include "pipeline/data/format.h"

namespace pipeline::metrics::basic {

namespace {

struct LevelOptions {
  double level = 80;

  static constexpr auto options() {
    return option_list<LevelOptions>(option("level", &LevelOptions::level, "The percentage of values that the interval is to cover.")
                                         .unit("percent")
                                         .above(0)
                                         .below(100));
  }
};

/// A measure of the interval of one level. Sums: the measure, and the number of values that have the interval.
class IntervalMetric : public Metric {
 public:
  IntervalMetric(MetricInfo info, double level) : info_(std::move(info)), level_(level) {
    info_.units = MetricUnits::original, info_.needs_intervals = true, info_.sums = 2;
  }
  [[nodiscard]] const MetricInfo& info() const final { return info_; }

  void count(const MetricBatch& batch, const MetricSums& sums) const final {
    const auto found = std::ranges::find(batch.interval_levels, level_);
    if (found == batch.interval_levels.end()) return;
    const auto at = static_cast<std::size_t>(2 * (found - batch.interval_levels.begin()));
    for_each_value(batch, sums, [&](double* sum, const MetricValue& value) {
      const double lower = value.intervals[at], upper = value.intervals[at + 1];
      if (!(lower <= upper)) return;  // not known
      const std::optional<double> measured = measure(lower, upper, value);
      if (!measured) return;
      sum[0] += *measured;
      sum[1] += 1;
    });
  }
  [[nodiscard]] std::optional<double> finish(std::span<const double> sums, double) const final {
    return sums[1] > 0 ? std::optional(sums[0] / sums[1]) : std::nullopt;
  }
  [[nodiscard]] double left_out(std::span<const double> sums, double counted) const final { return counted - sums[1]; }

 protected:
  /// nullopt: the value has none.
  [[nodiscard]] virtual std::optional<double> measure(double lower, double upper, const MetricValue& value) const = 0;
  /// The width, and what it misses the truth by times 2 / alpha, alpha being the share of values that may lie outside.
  [[nodiscard]] double winkler(double lower, double upper, double truth) const {
    const double alpha = 1 - level_ / 100;
    return (upper - lower) + 2 / alpha * std::max(lower - truth, 0.0) + 2 / alpha * std::max(truth - upper, 0.0);
  }

 private:
  MetricInfo info_;
  double level_;
};

std::string named(const char* what, double level) { return what + ("_" + format_number(level)); }

class Coverage final : public IntervalMetric {
 public:
  using Options = LevelOptions;
  explicit Coverage(Options options)
      : IntervalMetric({.name = named("coverage", options.level),
                        .label = "Coverage " + format_number(options.level) + " %",
                        .larger_is_better = true,
                        .percent = true,
                        .place = 140},
                       options.level) {}

 private:
  std::optional<double> measure(double lower, double upper, const MetricValue& value) const override {
    return lower <= value.truth && value.truth <= upper ? 1.0 : 0.0;
  }
};

class Width final : public IntervalMetric {
 public:
  using Options = LevelOptions;
  explicit Width(Options options)
      : IntervalMetric({.name = named("width", options.level), .label = "Width " + format_number(options.level) + " %", .place = 150},
                       options.level) {}

 private:
  std::optional<double> measure(double lower, double upper, const MetricValue&) const override { return upper - lower; }
};

class WinklerScore final : public IntervalMetric {
 public:
  using Options = LevelOptions;
  explicit WinklerScore(Options options)
      : IntervalMetric({.name = named("winkler", options.level), .label = "Winkler " + format_number(options.level) + " %", .place = 160},
                       options.level) {}

 private:
  std::optional<double> measure(double lower, double upper, const MetricValue& value) const override {
    return winkler(lower, upper, value.truth);
  }
};

/// The Winkler score of the interval of 95 % over the series' scale.
class MeanScaledIntervalScore final : public IntervalMetric {
 public:
  using Options = NoOptions;
  explicit MeanScaledIntervalScore(Options) : IntervalMetric({.name = "msis", .label = "MSIS", .needs_scale = true, .place = 170}, 95) {}

 private:
  std::optional<double> measure(double lower, double upper, const MetricValue& value) const override {
    if (!(value.scale->absolute > 0)) return std::nullopt;
    return winkler(lower, upper, value.truth) / value.scale->absolute;
  }
};

}  // namespace

void add_interval_errors(Registrar& registrar) {
  registrar.add<Metric, Coverage>("coverage", "Share of values within the interval, its ends included.")
      .reference("utilsforecast's coverage");
  registrar.add<Metric, Width>("width", "Mean width of the interval.");
  registrar.add<Metric, WinklerScore>("winkler", "Mean width of the interval, and 2 / alpha times what it misses values by.")
      .reference("Winkler, A Decision-Theoretic Approach to Interval Estimation, 1972; utilsforecast's winkler_score");
  registrar
      .add<Metric, MeanScaledIntervalScore>("msis",
                                            "winkler_95 over the mean |y(t) - y(t - season)| of the rows before, mean over all values.")
      .reference("GluonTS's MSIS, as in the M4 competition");
}

}  // namespace pipeline::metrics::basic
