#pragma once

#include <cstdint>
#include <ostream>
#include <span>

#include "pipeline/data/series.h"

namespace pipeline::predictor::checkpoint {

/// Writes forecasts as CSV: origin,time,step and a `<target>_pred` column for each target.
class ForecastCsv {
 public:
  /// `input`: the rows that forecasts start from; where all are dates, dates are written.
  ForecastCsv(std::ostream& out, const SeriesInfo& series, const PreparedInput& input);
  /// The forecast from `origin`: a line for each of `times`; `levels` [times, targets].
  void add(std::int64_t origin, std::span<const std::int64_t> times, std::span<const double> levels);

 private:
  std::ostream& out_;
  const SeriesInfo& series_;
  bool dates_only_;
};

}  // namespace pipeline::predictor::checkpoint
