#include "pipeline/plugin.h"

#include "backtest_stage.h"

PIPELINE_PLUGIN("backtest", "1.0.0", "Apache-2.0", "The stage that tests models at many cutoffs.") {
  using namespace pipeline;
  registrar
      .add<Stage, stage::backtest::BacktestStage>("backtest",
                                                  "Forecasts from cutoffs that move through the series, with models fitted anew at each.")
      .needs("series")
      .needs("windows")
      .needs("metrics")
      .gives("backtest")
      .uses_metrics()
      .uses_season_length()
      .reference("Tashman, Out-of-sample tests of forecasting accuracy, International Journal of Forecasting 2000");
}
