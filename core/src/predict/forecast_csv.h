#pragma once

#include <cstdint>
#include <ostream>
#include <span>
#include <string>

#include "pipeline/data/predictions.h"
#include "pipeline/data/series.h"
#include "pipeline/data/time_text.h"

namespace pipeline {

/// Writes forecasts as CSV: origin,time,step and for each target a `<target>_pred` column and those of quantiles and intervals; of many
/// series the ids come first. Numbers read back as the same double.
class ForecastCsv {
 public:
  /// `input`: the rows that forecasts start from.
  ForecastCsv(std::ostream& out, const SeriesInfo& series, const PreparedInput& input, const PredictionBands& bands = {});
  /// The following forecasts are of this series of a panel.
  void begin_series(const std::string& id);
  /// Writes the forecast from `origin`, with one line for each of `times`: `levels` [times, T], and the bands `quantiles` [times, T, Q] and
  /// `intervals` [times, T, L, 2].
  void add(std::int64_t origin, std::span<const std::int64_t> times, std::span<const double> levels, std::span<const double> quantiles = {},
           std::span<const double> intervals = {});

 private:
  std::ostream& out_;
  std::size_t targets_;
  TimeText time_text_;
  std::string series_;  ///< the first cell of a line, with a comma; empty for one series
};

}  // namespace pipeline
