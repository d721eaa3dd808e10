#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "pipeline/train/metric_set.h"

namespace pipeline::stage::evaluate {

/// Metrics of one or many series: those of every step and target over all series, and those of each series over all steps. So memory
/// depends on the number of series and on that of steps, and not on their product.
class PanelMetrics {
 public:
  /// `series` 1: all windows are of one series. `by_series`: the metrics of each series are asked for; else only those are kept that a mean
  /// over series needs.
  PanelMetrics(Metrics metrics, const MetricGroups& steps_and_targets, std::int64_t series = 1, bool by_series = true);

  void add(const MetricTensors& tensors);
  [[nodiscard]] const Metrics& metrics() const { return all_.metrics(); }
  /// As MetricSet::value(). A mean over series has no value for a single step.
  [[nodiscard]] std::optional<double> value(std::string_view metric, const MetricGroup& of = {}) const;
  [[nodiscard]] std::optional<double> value(std::size_t metric, const MetricGroup& of = {}) const;
  [[nodiscard]] std::int64_t count(const MetricGroup& of = {}) const;
  [[nodiscard]] std::int64_t left_out(std::string_view metric, const MetricGroup& of = {}) const { return all_.left_out(metric, of); }

 private:
  MetricSet all_;
  std::optional<MetricSet> each_;  ///< of every series; absent for one series
};

}  // namespace pipeline::stage::evaluate
