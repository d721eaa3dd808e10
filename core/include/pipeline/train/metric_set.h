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

/// Every metric that a plugin gives, with its default options. Error (plugin) where two have one name.
[[nodiscard]] PIPELINE_EXPORT Metrics make_metrics(const Registry& registry);
/// Whether a larger value of what is monitored under that name is better ("val_r2"): as the metric says of itself; false for losses, true
/// for epoch and step. Nothing for other names.
[[nodiscard]] PIPELINE_EXPORT std::optional<bool> larger_is_better(const Metrics& metrics, const std::string& monitor);
/// Those that are measured on these values.
[[nodiscard]] PIPELINE_EXPORT Metrics metrics_in(const Metrics& metrics, MetricUnits units);

/// Forecasts and truth as tensors, on any device, of float32 or float64.
struct MetricTensors {
  torch::Tensor forecast, truth;          ///< [B, H, T]
  torch::Tensor weight{};                 ///< [B, H, T] 0: not counted; undefined: all count
  std::span<const double> levels{};       ///< [Q]
  torch::Tensor quantiles{};              ///< [B, H, T, Q]; undefined: none
  torch::Tensor series{};                 ///< [B] int64; undefined: all windows are of series 0
  std::span<const SeriesScale> scales{};  ///< [series, T]; empty: not known
};

/// Some of the values: those of one series, one step, one target, where these are set; else all.
struct MetricGroup {
  std::optional<std::int64_t> series{}, step{}, target{};  ///< counted from 0
};

/// Measures several metrics at once. Its memory is that of the groups, whatever the number of windows, and the batch size changes no
/// result. A target's sums are merged series by series and step by step, then those of all targets, in their order.
class PIPELINE_EXPORT MetricSet {
 public:
  MetricSet(Metrics metrics, const MetricGroups& groups);

  /// Error (training) where shapes do not fit the groups or each other.
  void add(const MetricTensors& tensors);
  void add(const MetricBatch& batch);
  /// Takes in what another set counted, on another rank for example: the result differs from that of one set by rounding only. Error
  /// (training) for a set of other metrics or groups.
  void merge(const MetricSet& other);
  void reset();

  [[nodiscard]] const Metrics& metrics() const { return metrics_; }
  /// Nothing where the metric is not defined, not in the set, or lacked what it needs. NaN where forecasts were.
  [[nodiscard]] std::optional<double> value(std::string_view metric, const MetricGroup& of = {}) const;
  [[nodiscard]] std::optional<double> value(std::size_t metric, const MetricGroup& of = {}) const;
  /// Values counted.
  [[nodiscard]] std::int64_t count(const MetricGroup& of = {}) const;
  /// Of these, the ones that a metric had to leave out; 0 for one that is not in the set.
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
  std::vector<double> counts_;     ///< [groups] values counted
  std::vector<Counted> counted_;   ///< one for metrics that share their sums
  std::vector<std::size_t> uses_;  ///< of each metric: its place in counted_
};

}  // namespace pipeline
