#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipeline/data/metrics_file.h"
#include "pipeline/value.h"
#include "split_result.h"

namespace pipeline::stage::evaluate {

using NamedNumbers = std::vector<std::pair<std::string, double>>;

/// Descriptions of the metrics, in the order of a table's columns, and of the calibration of quantiles.
[[nodiscard]] std::vector<Measure> described(const Metrics& metrics);
/// One model's metrics for metrics.json; the files of its forecasts are left out.
[[nodiscard]] ModelMetrics measured(const ModelResult& result);
/// The defined metrics of all splits by their keys: "test_loss", ..., "avg_test_abs_accuracy", "test_windows".
[[nodiscard]] NamedNumbers flat_metrics(const ModelResult& result);
/// The same as plain data for history and terminal, with the train stage's name, the naive forecast's error, and the names of the few
/// metrics that a short display shows ("headlines").
[[nodiscard]] Value summary_value(const ModelResult& result);

/// Adds to such a summary what runs are ranked by: the metrics of a leading model's validation in original units, "val_mase" and "val_wql".
void add_validation(const SplitResult& validation, Value& summary);

}  // namespace pipeline::stage::evaluate
