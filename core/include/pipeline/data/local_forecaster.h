#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/value.h"

namespace pipeline {

/// Forecast of one series, in original units.
struct LocalForecast {
  std::vector<double> values;     ///< [H] point forecast
  std::vector<double> quantiles;  ///< [H, Q], row-major, ascending within a step; empty: the model has none
};

/// A model of one series at a time, such as SeasonalNaive, Theta or AutoETS. Every series is fitted anew, on any thread.
class PIPELINE_EXPORT LocalForecaster {
 public:
  virtual ~LocalForecaster();
  /// Fits parameters and state to `y`, oldest value first and without a gap. `season` is the number of steps in a cycle; 1: none. Error
  /// (data), with the reason, for a series that the model cannot fit.
  virtual void fit(std::span<const double> y, std::int64_t season) = 0;
  /// Updates the state with the values that follow those seen so far. The parameters stay.
  virtual void update(std::span<const double> y) = 0;
  /// Forecasts the `horizon` steps after the last value seen, with quantiles at `levels` (ascending, within (0, 1)).
  [[nodiscard]] virtual LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const = 0;
  /// The fitted parameters, for people and reports; null by default.
  [[nodiscard]] virtual Value parameters() const;
};

template <>
struct Kind<LocalForecaster> {
  static constexpr const char* name = "local_forecaster";
  using Factory = std::unique_ptr<LocalForecaster>(const Value& options);
};

}  // namespace pipeline
