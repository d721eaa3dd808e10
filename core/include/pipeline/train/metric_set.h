#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <torch/types.h>

#include "pipeline/export.h"
#include "pipeline/train/metric.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// Metrics in the order in which tables show them.
using Metrics = std::vector<std::shared_ptr<const Metric>>;

/// All metrics of all plugins, with default options. Error (plugin) if two have the same name.
[[nodiscard]] PIPELINE_EXPORT Metrics make_metrics(const Registry& registry);
/// Whether a larger value of `monitor` ("val_r2") is better: MetricInfo::larger_is_better for a metric, false for losses, true for epoch
/// and step, nullopt for other names.
[[nodiscard]] PIPELINE_EXPORT std::optional<bool> larger_is_better(const Metrics& metrics, const std::string& monitor);
/// The metrics with these units.
[[nodiscard]] PIPELINE_EXPORT Metrics metrics_in(const Metrics& metrics, MetricUnits units);

/// Forecasts and truth as tensors, on any device, of float32 or float64.
struct MetricTensors {
  torch::Tensor forecast, truth;              ///< [B, H, T]
  torch::Tensor weight{};                     ///< [B, H, T] 0: not counted; undefined: all count
  std::span<const double> levels{};           ///< [Q]
  torch::Tensor quantiles{};                  ///< [B, H, T, Q]; undefined: none
  std::span<const double> interval_levels{};  ///< [L] in percent
  torch::Tensor intervals{};                  ///< [B, H, T, L, 2]; undefined: none
  torch::Tensor series{};                     ///< [B] int64; undefined: all windows are of series 0
  std::span<const SeriesScale> scales{};      ///< [series, T]; empty: not known
};

/// A subset of the values: those of one series, step or target if it is set, else of all.
struct MetricGroup {
  std::optional<std::int64_t> series{}, step{}, target{};  ///< counted from 0
};

/// Measures several metrics at once. Its memory depends on the groups, not on the number of windows, and the batch size changes no result.
/// A target's sums are merged series by series and step by step, then the sums of all targets, each in order.
class PIPELINE_EXPORT MetricSet {
 public:
  MetricSet(Metrics metrics, const MetricGroups& groups);

  /// Counts a batch. Error (training) if shapes do not fit the groups or each other.
  void add(const MetricTensors& tensors);
  void add(const MetricBatch& batch);
  /// Adds the counts of another set, for example of another rank. The result differs from the result of one set by rounding only. Error
  /// (training) for a set of other metrics or groups.
  void merge(const MetricSet& other);
  /// All counts as numbers, to send them to another process; merge() adds those of another process whose set has the same metrics and
  /// groups. Error (training) for another number of numbers.
  [[nodiscard]] std::vector<double> sums() const;
  void merge(std::span<const double> sums);
  void reset();

  [[nodiscard]] const Metrics& metrics() const { return metrics_; }
  /// The metric's value; nullopt if it is undefined, not in the set, or lacked data that it needs; NaN if forecasts were NaN.
  [[nodiscard]] std::optional<double> value(std::string_view metric, const MetricGroup& of = {}) const;
  [[nodiscard]] std::optional<double> value(std::size_t metric, const MetricGroup& of = {}) const;
  /// Number of values counted.
  [[nodiscard]] std::int64_t count(const MetricGroup& of = {}) const;
  /// How many of these values the metric had to leave out; 0 for a metric that is not in the set.
  [[nodiscard]] std::int64_t left_out(std::string_view metric, const MetricGroup& of = {}) const;

 private:
  /// The sums of one metric, or of several that share them.
  struct Counted {
    std::shared_ptr<const Metric> by;
    std::vector<double> sums;  ///< [groups, by->info().sums]
    bool lacked_something = false;
  };
  struct Pool;
  struct Range {
    std::int64_t first, end;
  };
  struct Ranges {
    Range series, steps, targets;
  };

  [[nodiscard]] std::optional<std::size_t> find(std::string_view metric) const;
  [[nodiscard]] Ranges ranges(const MetricGroup& of) const;
  [[nodiscard]] Pool pool(const Counted& counted, const Ranges& of) const;

  Metrics metrics_;
  MetricGroups groups_;
  std::vector<double> counts_;     ///< [groups] number of values counted
  std::vector<Counted> counted_;   ///< one entry for all metrics that share their sums
  std::vector<std::size_t> uses_;  ///< [metrics] index into counted_
};

}  // namespace pipeline
