#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipeline/data/metrics_file.h"
#include "pipeline/value.h"
#include "split_result.h"

namespace pipeline::stage::evaluate {

using NamedNumbers = std::vector<std::pair<std::string, double>>;

/// The flat metrics of all splits that are defined: "test_loss", ..., "avg_test_abs_accuracy", "test_windows".
[[nodiscard]] NamedNumbers flat_metrics(const ModelResult& result);
/// The same as plain data, with the train stage's name, the naive forecast's error, and the names of what is told where there is room for
/// few ("headlines"): what history and terminal show of a run.
[[nodiscard]] Value summary_value(const ModelResult& result);
/// What is measured, in the order of a table's columns, as metrics.json describes it.
[[nodiscard]] std::vector<Measure> described(const Metrics& metrics);
/// One model's part of metrics.json.
[[nodiscard]] Value metrics_value(const ModelResult& result);

}  // namespace pipeline::stage::evaluate
