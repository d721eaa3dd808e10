#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "backtest_options.h"
#include "cutoff_grid.h"
#include "pipeline/data/windows.h"
#include "pipeline/host/inner_run.h"

namespace pipeline::stage::backtest {

/// A run of the workflow's stages on the rows before a cutoff, with the rows that it forecasts as the test.
struct Fold {
  std::int64_t first = 0, count = 1;  ///< the numbers of its cutoffs: models are fitted at the first one
  std::string name;                   ///< "the cutoff 2018-02-19 22:00:00"
  InnerRun run{};
};

/// The stages of the workflow that a fold changes.
struct FoldStages {
  std::string series, measures;  ///< the stages that read the series, and that measure
};

/// The folds, from the oldest on. A fold's series ends with its last horizon: later rows are left out of it, so that nothing is fitted to
/// them. `val` and calibration come before the gap, and training has all rows before them; with expanding = false as many as the first
/// fold. Error (usage) if the first fold has too few rows to train on.
[[nodiscard]] std::vector<Fold> plan_folds(const BacktestOptions& options, const CutoffGrid& grid, const Windows& windows,
                                           const FoldStages& stages, const std::filesystem::path& folder);

/// The cutoffs that share a fit.
[[nodiscard]] std::int64_t cutoffs_per_fit(const BacktestOptions& options);

}  // namespace pipeline::stage::backtest
