#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipeline/value.h"
#include "split_result.h"

namespace pipeline::stage::evaluate {

using NamedNumbers = std::vector<std::pair<std::string, double>>;

/// The flat metrics of all splits that are defined: "test_loss", ..., "avg_test_abs_accuracy", "test_windows".
[[nodiscard]] NamedNumbers flat_metrics(const ModelResult& result);
/// The same as plain data, with the train stage's name, the naive forecast's error, and the names of what is told where there is room for
/// few ("headlines"): what history and terminal show of a run.
[[nodiscard]] Value summary_value(const ModelResult& result);
/// What is measured, in the order of a table's columns: a list of {"name": "mape", "key": "{split}_mape", "label": "MAPE", "units":
/// "scaled" or "original", "percent": true, "larger_is_better": false}. metrics.json holds it as "metrics", so that who reads the file
/// knows what in it is a metric.
[[nodiscard]] Value described(const Metrics& metrics);
/// One model's part of metrics.json.
[[nodiscard]] Value metrics_value(const ModelResult& result);

}  // namespace pipeline::stage::evaluate
