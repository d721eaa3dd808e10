#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "library.h"
#include "lightgbm_options.h"
#include "pipeline/data/forecasts.h"
#include "pipeline/data/windows.h"
#include "pipeline/stage.h"
#include "tree_data.h"

namespace pipeline::stage::lightgbm {

/// The forecasts of all targets, and of all frequencies where there are several, by trees of the same rows.
struct TreeRun {
  const TreeData& data;
  const LightgbmOptions& options;
  const WindowsInfo& windows;   ///< their horizons
  const RunSettings& settings;  ///< season_length, threads, seed
  Split split = Split::test;    ///< of the origins that are forecast
  std::function<void()> check_cancelled;
};

struct TreeRunOutcome {
  std::int64_t training_rows = 0;    ///< of the nearest step
  std::int64_t replaced = 0;         ///< origins with the last value for a forecast, whatever the number of targets
  std::int64_t unlearned_steps = 0;  ///< the farthest steps, for which there is no row to learn from
};

/// Writes the forecasts from the origins of the split to `out`, [N, H, T, 1 + quantiles] of all `origins`. Error (training) for a forecast
/// that is no number.
[[nodiscard]] TreeRunOutcome run_trees(const Library& library, const TreeRun& run, std::span<const ForecastOrigin> origins,
                                       std::span<double> out);

}  // namespace pipeline::stage::lightgbm
