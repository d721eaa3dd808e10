#pragma once

#include <cstddef>

#include "pipeline/data/forecasts.h"
#include "pipeline/data/windows.h"
#include "predictions_file.h"
#include "split_result.h"

namespace pipeline::stage::evaluate {

/// Measures the forecasts of one model of the artifact "forecasts" on the validation or test split, as evaluate_split() measures those of a
/// trained model; there is no loss. `windows` are those of the artifact. Rows go to `predictions` unless it is nullptr. Error (data) if the
/// split has no window, or the artifact does not hold its origins.
[[nodiscard]] SplitResult evaluate_forecasts(const Forecasts& forecasts, std::size_t model, const Windows& windows,
                                             const SplitRequest& request, PredictionsFile* predictions);

}  // namespace pipeline::stage::evaluate
