#pragma once

#include <optional>
#include <ostream>

#include "pipeline/host/predictor.h"
#include "predict/forecast_csv.h"
#include "predict/forecast_intervals.h"

namespace pipeline {

/// Writes forecasts as CSV: origin,time,step and for each target a column `<target>_pred` and those of quantiles and intervals
/// (data/predictions.h), in original units; of many series, their ids first.
class WrittenForecasts final : public ForecastReceiver {
 public:
  WrittenForecasts(std::ostream& out, FittedIntervals intervals, Log& log);
  void begin(const PredictHead& head) override;
  void add(const RowForecast& forecast) override;
  /// Tells which series have no intervals of their own.
  void finish() const;

 private:
  std::ostream& out_;
  FittedIntervals fitted_;
  Log& log_;
  std::optional<PredictHead> head_;
  std::optional<ForecastIntervals> intervals_;
  std::optional<ForecastCsv> csv_;
};

}  // namespace pipeline
