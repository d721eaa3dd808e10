#pragma once

#include <filesystem>

#include "cutoff_grid.h"
#include "forecast_table.h"

namespace pipeline::stage::backtest {

/// Writes backtest.csv: a line for each cutoff, model, series, step and target, in original units, with the columns
///
///     <series_column>,cutoff,time,step,target,y,model,prediction,q0.1,...,lo_80,hi_80,...
///
/// The first is there for many series, `target` for several targets. Cells are empty where there is no number: an unknown truth, a quantile
/// that a model does not give. Steps from which no series has a forecast have no line. Error (unexpected) when the disk is full.
void write_forecasts(const std::filesystem::path& file, const ForecastTable& table, const CutoffGrid& grid, const Series& series);

}  // namespace pipeline::stage::backtest
