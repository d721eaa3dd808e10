#pragma once

#include <array>
#include <string>
#include <string_view>

#include "pipeline/train/metric.h"

/// Names that files and monitors use beside the metrics'.
namespace pipeline {

/// The configured loss may be monitored though no component of kind metric measures it: smaller is better.
inline constexpr std::array<std::string_view, 4> loss_names{"train_loss", "train_loss_step", "train_loss_epoch", "val_loss"};
/// Counters that may rank checkpoints too: a larger one is later.
inline constexpr std::array<std::string_view, 2> counter_names{"epoch", "step"};
/// What metrics.json counts of each split.
inline constexpr std::array<std::string_view, 3> count_names{"windows", "filled_values", "zero_values"};
/// Before a metric's name in metrics.json: the naive forecast's.
inline constexpr std::string_view naive_prefix = "naive_";

/// The same of the forecast that repeats the last season.
inline constexpr std::string_view seasonal_prefix = "seasonal_";

/// Whether a validation measures the metric: a point forecast of the scaled series suffices for it.
inline bool is_validated(const MetricInfo& info) {
  return info.units == MetricUnits::scaled && !info.needs_quantiles && !info.needs_intervals && !info.needs_scale;
}

/// The key of a metric with `split` in place of its placeholder.
inline std::string with_split(std::string key, std::string_view split) {
  constexpr std::string_view placeholder = split_placeholder;
  if (const auto at = key.find(placeholder); at != std::string::npos) key.replace(at, placeholder.size(), split);
  return key;
}

}  // namespace pipeline
