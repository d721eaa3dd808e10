#pragma once

#include <string>
#include <utility>
#include <vector>

#include "backtest_options.h"
#include "cutoff_grid.h"
#include "fold_plan.h"
#include "forecast_table.h"
#include "pipeline/host/inner_run.h"
#include "pipeline/stage.h"

namespace pipeline::stage::backtest {

/// Forecasts from cutoffs that move through the series, and measures each by itself: backtest.json (pipeline/data/backtest_file.h) and
/// backtest.csv (forecast_file.h).
///
/// With `refit`, a fold is a run of the workflow's own stages, from reading the data to measuring, on a series that ends with the fold's
/// last horizon. So all that the stages fit is fitted to the fold's rows, whatever the stages are. Folds lie in the stage's lasting folder,
/// and run again only where something changed. Without `refit` the measuring stage runs once more, from the cutoffs alone: the trained
/// models forecast in one batched pass, and of other forecasters their forecasts of the test are taken.
class BacktestStage final : public Stage, public RunsWithin {
 public:
  using Options = BacktestOptions;
  /// Error (usage) for refit = false with expanding = false.
  explicit BacktestStage(BacktestOptions options);
  void run(StageContext& context) override;
  void work(StageContext& context, const Value& task) override;
  void take(InnerRunner runner) override { runner_ = std::move(runner); }

 private:
  [[nodiscard]] bool refits() const { return !(options_.refit.is_bool() && !options_.refit.as_bool()); }
  void check_selection(const StageContext& context) const;
  void fit_folds(const std::vector<Fold>& folds, ForecastTable& table, StageContext& context) const;
  void forecast_once(const CutoffGrid& grid, ForecastTable& table, StageContext& context) const;
  /// "everything fitted anew at each cutoff"
  [[nodiscard]] std::string refit_words() const;

  BacktestOptions options_;
  InnerRunner runner_;
};

}  // namespace pipeline::stage::backtest
