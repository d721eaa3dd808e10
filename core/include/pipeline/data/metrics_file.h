#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"
#include "pipeline/value.h"

namespace pipeline {

/// A metric as metrics.json describes it.
struct PIPELINE_EXPORT Measure {
  std::string name{};             ///< "mape"
  std::string key{};              ///< its name in what is said of a split: "{split}_mape"
  std::string label{};            ///< heading of a table's column: "MAPE"
  bool original = false;          ///< told in original units alone
  bool percent = false;           ///< a share, which tables show in percent
  bool larger_is_better = false;

  /// Its name in what is said of `split`: "test_mape".
  [[nodiscard]] std::string key_of(const std::string& split) const;
  friend bool operator==(const Measure&, const Measure&) = default;
};

/// A model's errors on one split, and those of the naive forecast, which repeats the last value. By the metric's name: "loss", "mse",
/// "mae", "r2", "avg_abs_accuracy", ...; NaN: undefined.
struct SplitErrors {
  using Numbers = std::map<std::string, double, std::less<>>;
  std::int64_t windows = 0;
  std::int64_t filled_values = 0, near_zero_values = 0;                  ///< left out of all metrics; of those that divide by the truth
  Numbers scaled{}, naive_scaled{};                                      ///< over all targets and steps, on the scaled series
  std::map<std::string, Numbers> original{}, naive_original{};           ///< by target, in its own units; empty: there are none
  std::map<std::string, Numbers> scaled_by_target{}, naive_by_target{};  ///< on the scaled series
  std::vector<Numbers> scaled_by_step{}, naive_by_step{};                ///< [horizon], on the scaled series
};

/// What an evaluation says of one model.
struct PIPELINE_EXPORT ModelMetrics {
  std::string stage{}, model{};                      ///< the stage that trained it, and its type
  std::string checkpoint{};                          ///< file that was measured
  std::string main_split{};                          ///< the one of `splits` that decides: "test" where it is measured
  std::map<std::string, SplitErrors> splits{};       ///< by "train", "val", "test"
  std::map<std::string, std::string> predictions{};  ///< by split: file with its forecasts (predictions.h), in the folder of metrics.json
  std::map<std::string, std::string> attention{};    ///< likewise, of models that say what of the window they attended to

  /// The errors on the main split; nullptr where there are none.
  [[nodiscard]] const SplitErrors* main() const;
  /// `measures`: what was measured; another metric is told as "<split>_<name>".
  [[nodiscard]] Value to_value(const std::vector<Measure>& measures) const;
  /// What is missing stays empty; what is not understood is passed over.
  [[nodiscard]] static ModelMetrics from_value(const Value& value, const std::vector<Measure>& measures);
};

/// What an evaluation found: the artifact "metrics". A stage that measures leaves it as metrics.json in its folder; the report reads it
/// there.
///
/// Its top level is the leading model:
///
///     {"stage": "train", "model": "LSTMModel", "checkpoint": "/.../best.ckpt", "split": "test",
///      "test_loss": 0.1, "test_mse": 0.1, "avg_test_abs_accuracy": 0.9, "test_windows": 3389, "test_filled_values": 0, ...    each split
///      "test_naive_mse": 0.2, ...    each split;    "naive_mse": 0.2, ...    the main split's
///      "by_target": {"OT": {"mse": 0.1, "naive_mse": 0.2, "val": {...}}}, "original": likewise, in units,
///      "by_step": [{"step": 1, "mse": 0.1, "naive_mse": 0.2, "val": {...}}],
///      "files": {"predictions": {"test": "predictions.csv"}, "attention": {}},
///      "metrics": [{"name": "mape", "key": "{split}_mape", "label": "MAPE", "units": "scaled" or "original", "percent": true,
///                   "larger_is_better": false}],    what is measured, in the order of a table's columns
///      "models": {"train": {the same}, "train_b": {...}}}
///
/// "by_target", "original" and "by_step" are the main split's; where several splits are measured they also hold each one's under its name.
/// "models" is there where several models were measured. What is undefined is null.
struct MetricsRecord {
  std::vector<Measure> measures{};     ///< in the order of a table's columns
  std::vector<ModelMetrics> models{};  ///< in the order of the workflow where the writer keeps it
  std::size_t leader = 0;              ///< index of the model with the best validation score
};

inline constexpr const char* metrics_file_name = "metrics.json";

/// Writes metrics.json into `folder`. `record` holds at least one model.
PIPELINE_EXPORT void write_metrics(const std::filesystem::path& folder, const MetricsRecord& record);
/// Reads it; models come in the order of their stages' names. Error (unexpected) for a file that is missing or damaged.
[[nodiscard]] PIPELINE_EXPORT MetricsRecord read_metrics(const std::filesystem::path& folder);
/// The record that the content of metrics.json holds: at least one model. Where the file does not describe its metrics, every number named
/// after a split is one.
[[nodiscard]] PIPELINE_EXPORT MetricsRecord metrics_of(const Value& metrics_json);

}  // namespace pipeline
