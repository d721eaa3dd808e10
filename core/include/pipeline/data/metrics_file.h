#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"
#include "pipeline/value.h"

namespace pipeline {

/// A metric as metrics.json describes it.
struct PIPELINE_EXPORT Measure {
  std::string name{};     ///< "mape"
  std::string key{};      ///< its key among a split's metrics: "{split}_mape"
  std::string label{};    ///< heading of a table's column: "MAPE"
  bool original = false;  ///< measured in original units only
  bool percent = false;   ///< a share, which tables show in percent
  bool larger_is_better = false;

  /// Its key among the metrics of `split`: "test_mape".
  [[nodiscard]] std::string key_of(const std::string& split) const;
  friend bool operator==(const Measure&, const Measure&) = default;
};

/// The errors of a model on one split, and those of two forecasts that need no model: `naive` repeats the last value, `seasonal` the last
/// season. Numbers are by the metric's name: "loss", "mse", "mae", "r2", "avg_abs_accuracy", ...; NaN: undefined.
struct SplitErrors {
  using Numbers = std::map<std::string, double, std::less<>>;
  std::int64_t windows = 0;
  std::int64_t filled_values = 0, zero_values = 0;                       ///< no metric counts the first; those that divide skip the second
  Numbers scaled{}, naive_scaled{};                                      ///< over all targets and steps, on the scaled series
  std::map<std::string, Numbers> original{}, naive_original{};           ///< by target, in original units; empty: there are none
  Numbers original_all{}, naive_original_all{};                          ///< over all series, targets and steps, in original units
  std::map<std::string, Numbers> scaled_by_target{}, naive_by_target{};  ///< on the scaled series
  /// [horizon] on the scaled series; `scaled_by_step` also has the metrics of quantiles and intervals, in original units.
  std::vector<Numbers> scaled_by_step{}, naive_by_step{};
  Numbers seasonal_scaled{}, seasonal_original_all{};  ///< empty for a season of one step, which is the last value
  std::map<std::string, Numbers> seasonal_original{};  ///< by target
};

/// The metrics that an evaluation measured for one model.
struct PIPELINE_EXPORT ModelMetrics {
  std::string stage{}, model{};                      ///< the stage that trained it, and its type
  std::string checkpoint{};                          ///< file that was measured
  std::string main_split{};                          ///< the key of `splits` that decides: "test" if it was measured
  std::map<std::string, SplitErrors> splits{};       ///< by "train", "val", "test"
  std::map<std::string, std::string> predictions{};  ///< by split: file with its forecasts (predictions.h), in the folder of metrics.json
  std::map<std::string, std::string> attention{};    ///< likewise: file with attention weights over the window, if the model gives them
  std::map<std::string, std::string> by_series{};    ///< likewise: file with the errors of each series of a panel
  std::int64_t replaced = 0;                         ///< targets of series that it could not forecast: the last value stands there
  std::string intervals_from{};                      ///< split whose errors made its conformal intervals; empty: it has none
  double ranking = std::numeric_limits<double>::quiet_NaN();  ///< its value of MetricsRecord::ranked_by; NaN: it has none

  /// The errors on the main split; nullptr if there are none.
  [[nodiscard]] const SplitErrors* main() const;
  /// `measures` gives the keys of the metrics; a metric that is not among them gets the key "<split>_<name>".
  [[nodiscard]] Value to_value(const std::vector<Measure>& measures) const;
  /// Missing entries stay empty; unknown entries are ignored.
  [[nodiscard]] static ModelMetrics from_value(const Value& value, const std::vector<Measure>& measures);
};

/// The result of an evaluation: the artifact "metrics". A stage that measures writes it to metrics.json in its folder; the report reads
/// that file.
///
/// Its top level is the leading model:
///
///     {"stage": "train", "model": "LSTMModel", "checkpoint": "/.../best.ckpt", "split": "test",
///      "test_loss": 0.1, "test_mse": 0.1, "avg_test_abs_accuracy": 0.9, "test_windows": 3389, "test_filled_values": 0, ...    each split
///      "test_naive_mse": 0.2, "test_seasonal_mse": 0.2, ...    each split;    "naive_mse": 0.2, "seasonal_mse": 0.2, ...    the main
///      split's "by_target": {"OT": {"mse": 0.1, "naive_mse": 0.2, "val": {...}}}, "original": likewise, in units, and "all" for all
///      targets together unless a target has this name, "by_step": [{"step": 1, "mse": 0.1, "naive_mse": 0.2, "val": {...}}], "files":
///      {"predictions": {"test": "predictions.csv"}, "attention": {}, "by_series": {}},    the last for many series "metrics": [{"name":
///      "mape", "key": "{split}_mape", "label": "MAPE", "units": "scaled" or "original", "percent": true,
///                   "larger_is_better": false}],    the metrics, in the order of a table's columns
///      "ranked_by": "val_mase", "ranking": 0.8,    where several models were measured
///      "replaced": 3,    where the last value stands in for the model in so many targets of series
///      "models": {"train": {the same}, "train_b": {...}}}
///
/// "by_target", "original" and "by_step" are for the main split; if several splits are measured, they also hold each split's numbers under
/// its name. "models" exists only if several models were measured. An undefined number is null.
struct MetricsRecord {
  std::vector<Measure> measures{};     ///< in the order of a table's columns
  std::vector<ModelMetrics> models{};  ///< for writing in the order of the workflow; read_metrics() sorts them by stage
  std::size_t leader = 0;              ///< index of the model that `ranked_by` puts first
  std::string ranked_by{};             ///< the metric that chose the leader: "val_mase"; empty: there was nothing to choose
};

inline constexpr const char* metrics_file_name = "metrics.json";

/// Writes metrics.json into `folder`. `record` holds at least one model.
PIPELINE_EXPORT void write_metrics(const std::filesystem::path& folder, const MetricsRecord& record);
/// Reads metrics.json from `folder`; models are sorted by their stages' names. Error (unexpected) for a missing or damaged file.
[[nodiscard]] PIPELINE_EXPORT MetricsRecord read_metrics(const std::filesystem::path& folder);
/// The record in the content of metrics.json, with at least one model. If the file does not describe its metrics, every number named after
/// a split counts as a metric.
[[nodiscard]] PIPELINE_EXPORT MetricsRecord metrics_of(const Value& metrics_json);

}  // namespace pipeline
