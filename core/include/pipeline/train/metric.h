#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// The values that a metric is measured on. `scaled`: the series that the model was trained on; for single targets the metric is measured
/// in original units too. `original`: original units only; windows that were made elsewhere have none, so the metric has no value.
enum class MetricUnits { scaled, original };

/// What stands for train, val or test in MetricInfo::key.
inline constexpr const char* split_placeholder = "{split}";

/// The facts of a metric.
struct MetricInfo {
  std::string name;               ///< "mape"; files and logs use `key`
  std::string key{};              ///< "avg_{split}_mape", {split} standing for train, val or test; empty: "{split}_" before the name
  std::string label{};            ///< heading of a table's column; empty: the name
  bool larger_is_better = false;  ///< decides mode = "auto" of a monitor
  bool percent = false;           ///< a share, which tables show in percent; files hold the share
  bool headline = false;          ///< `pipeline runs` shows it
  MetricUnits units = MetricUnits::scaled;
  bool needs_quantiles = false;    ///< no value if the forecast has no quantiles
  bool needs_intervals = false;    ///< no value if the forecast has no intervals
  bool needs_scale = false;        ///< no value if MetricBatch::scales is empty
  bool mean_over_targets = false;  ///< the mean of the metric over targets that have a value; false: the metric of all values at once
  bool mean_over_series = false;   ///< the same over series
  std::int64_t sums = 1;           ///< doubles kept for every group
  /// Metrics with the same name here have the same count(), and a set calls it once for all of them: "basic.squared_error". The name begins
  /// with the plugin's name. Empty: the metric shares its sums with no other.
  std::string counts_as{};
  int place = 1000;  ///< position among a table's columns, smaller first; equal ones by name
};

/// The changes of one target of one series from one season to the next, in the rows before the measured ones and in original units. Scaled
/// metrics divide errors by them. 0: there was nothing to compare, or nothing changed.
struct SeriesScale {
  double absolute = 0;  ///< mean |y(t) - y(t - season)|
  double squared = 0;   ///< mean (y(t) - y(t - season))^2
};

/// B windows to measure. Arrays are dense, in the order of their dimensions.
struct MetricBatch {
  std::int64_t windows = 0, horizon = 0, targets = 0;  ///< B, H, T
  const double* forecast = nullptr;                    ///< [B, H, T] the point forecast
  const double* truth = nullptr;                       ///< [B, H, T]
  const double* weight = nullptr;                      ///< [B, H, T] 0: filled in, not counted; nullptr: all count
  std::span<const double> levels{};                    ///< [Q] of the quantiles, ascending, between 0 and 1; empty: the forecast has none
  const double* quantiles = nullptr;                   ///< [B, H, T, Q]
  std::span<const double> interval_levels{};           ///< [L] the percentage that each central interval is to cover, ascending: 80
  const double* intervals = nullptr;                   ///< [B, H, T, L, 2] their lower and upper ends
  const std::int64_t* series = nullptr;                ///< [B] the number of each window's series; nullptr: all are of series 0
  std::span<const SeriesScale> scales{};               ///< [series, T]; empty: not known
};

/// The groups of a measurement: one for each series, step and target. A count of 1 puts all series, or all steps, into one group.
struct MetricGroups {
  std::int64_t series = 1, steps = 1, targets = 1;

  [[nodiscard]] std::int64_t count() const { return series * steps * targets; }
  [[nodiscard]] std::int64_t index(std::int64_t of_series, std::int64_t step, std::int64_t target) const {
    return ((series == 1 ? 0 : of_series) * steps + (steps == 1 ? 0 : step)) * targets + target;
  }
};

/// The sums of one metric in every group. All are 0 at first. The caller of count() owns them.
class MetricSums {
 public:
  /// `first`: [groups.count(), width], `width` being MetricInfo::sums
  MetricSums(double* first, std::int64_t width, const MetricGroups& groups) : first_(first), width_(width), groups_(groups) {}
  /// The width() sums of one group.
  [[nodiscard]] double* of(std::int64_t series, std::int64_t step, std::int64_t target) const {
    return first_ + groups_.index(series, step, target) * width_;
  }
  [[nodiscard]] std::int64_t width() const { return width_; }

 private:
  double* first_;
  std::int64_t width_;
  MetricGroups groups_;
};

/// One value that is counted.
struct MetricValue {
  double forecast, truth;
  std::span<const double> quantiles;  ///< at the batch's levels
  std::span<const double> intervals;  ///< [L, 2] at the batch's interval_levels
  const SeriesScale* scale;           ///< of its series and target; nullptr: not known
};

/// Calls `count(double* sums, const MetricValue&)` for every value of a batch whose weight is not 0, in the order of the batch. `sums` is
/// for the value's group.
template <class Count>
void for_each_value(const MetricBatch& batch, const MetricSums& sums, Count&& count) {
  const std::size_t levels = batch.levels.size(), ends = 2 * batch.interval_levels.size();
  std::int64_t at = 0;
  for (std::int64_t b = 0; b < batch.windows; ++b) {
    const std::int64_t series = batch.series ? batch.series[b] : 0;
    const SeriesScale* scale = batch.scales.empty() ? nullptr : batch.scales.data() + series * batch.targets;
    for (std::int64_t h = 0; h < batch.horizon; ++h) {
      double* group = sums.of(series, h, 0);
      for (std::int64_t t = 0; t < batch.targets; ++t, ++at, group += sums.width()) {
        if (batch.weight && batch.weight[at] == 0) continue;
        const double* quantiles = levels > 0 ? batch.quantiles + static_cast<std::size_t>(at) * levels : nullptr;
        const double* intervals = ends > 0 ? batch.intervals + static_cast<std::size_t>(at) * ends : nullptr;
        count(group, MetricValue{.forecast = batch.forecast[at],
                                 .truth = batch.truth[at],
                                 .quantiles = {quantiles, levels},
                                 .intervals = {intervals, ends},
                                 .scale = scale ? scale + t : nullptr});
      }
    }
  }
}

/// A measure of forecasts against the truth. It has no state: a MetricSet keeps its sums, so one metric serves any number of measurements
/// at once. A plugin of metrics links no torch.
class PIPELINE_EXPORT Metric {
 public:
  virtual ~Metric();
  /// Must be the same at every call.
  [[nodiscard]] virtual const MetricInfo& info() const = 0;
  /// Adds a batch to the sums of its groups. Add value by value in the order of the batch (for_each_value() does), so that the batch size
  /// changes no result.
  virtual void count(const MetricBatch& batch, const MetricSums& sums) const = 0;
  /// Merges the sums `others` of other values into the sums of a group; both have counted something. By default they are added. The result
  /// may differ from the result of one measurement by rounding only.
  virtual void merge(std::span<double> sums, std::span<const double> others) const;
  /// The metric's value for a group of `counted` values, at least one; nullopt if it is undefined.
  [[nodiscard]] virtual std::optional<double> finish(std::span<const double> sums, double counted) const = 0;
  /// How many of the `counted` values the metric had to leave out.
  [[nodiscard]] virtual double left_out(std::span<const double> sums, double counted) const;
};

/// The metric's key for a split: "val_mape", "avg_val_abs_accuracy".
[[nodiscard]] PIPELINE_EXPORT std::string metric_key(const MetricInfo& info, const std::string& split);

template <>
struct Kind<Metric> {
  static constexpr const char* name = "metric";
  using Factory = std::unique_ptr<Metric>(const Value& options);
};

}  // namespace pipeline
