#pragma once

#include "pipeline/data/local_forecaster.h"
#include "pipeline/options.h"

namespace pipeline::local::simple {

/// Continues the line from the first value to the last. Quantiles are those of a random walk with normal steps around that drift.
/// Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 2021, sections 5.2 and 5.5.
class Drift final : public LocalForecaster {
 public:
  using Options = NoOptions;
  explicit Drift(Options) {}
  /// Error (data) for a series with less than two values.
  void fit(std::span<const double> y, std::int64_t season) override;
  void update(std::span<const double> y) override;
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const override;
  [[nodiscard]] Value parameters() const override;

 private:
  double last_ = 0, slope_ = 0, deviation_ = 0;
  double steps_ = 1;  ///< from the first value to the last of the fit
};

}  // namespace pipeline::local::simple
