#pragma once

#include <string>
#include <vector>

#include "figure.h"
#include "pipeline/data/backtest_file.h"
#include "pipeline/stage.h"
#include "pipeline/value.h"

namespace pipeline::stage::visualize {

/// The backtest of a stage.
struct Backtest {
  std::string stage;
  BacktestRecord record;
};
[[nodiscard]] std::vector<Backtest> read_backtests(const std::vector<Artifact>& inputs);

/// The error of every model at each cutoff: MASE, or MAE where that is undefined.
[[nodiscard]] Figure backtest_figure(const Backtest& backtest);
/// The part of the report about backtests: a table with mean and spread, a sentence for each model beside the reference, and the picture
/// above as SVG.
void add_backtest_view(const std::vector<Backtest>& backtests, Value& view);

}  // namespace pipeline::stage::visualize
