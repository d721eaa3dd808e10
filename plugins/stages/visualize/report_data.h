#pragma once

#include <vector>

#include "figures.h"
#include "pipeline/value.h"
#include "results.h"

namespace pipeline::stage::visualize {

/// The data for report.js. Numbers are rounded to the precision of a float; times are a start, a unit (milliseconds or rows) and whole
/// differences. Both keep the report small.
///
///     { several, has_time, split, losses: [{ label, model, epoch, train, val, learning_rate, best }],
///       targets: [{ name, models: [{ label, bias, deviation, tracks: [{ step, total, time, truth, prediction, naive }],
///                                    examples: [{ label, origin, past: { time, truth }, time, truth, prediction, naive }],
///                                    by_step: { step, mae, rmse, naive_mae, naive_rmse }, histogram: { low, width, share, beyond } }] }],
///       comparison: [{ label, mae, mse }], naive: { mae, mse },
///       attention: [{ label, model, windows, steps, mean, origins, weights: [[...]] }] }
[[nodiscard]] Value report_data(const Results& results, const std::vector<ModelPredictions>& models,
                                const std::vector<ModelAttention>& attentions);
/// { label, origin, past: { time, truth }, time, truth, prediction, naive, bands: [{ level, lower, upper }] }
[[nodiscard]] Value example_data(const Example& example);

}  // namespace pipeline::stage::visualize
