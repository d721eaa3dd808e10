#pragma once

#include "pipeline/data/local_forecaster.h"
#include "pipeline/options.h"

namespace pipeline::local::smoothing {

/// Simple exponential smoothing from the first value on; its weight minimises the squared one-step errors. Quantiles are normal.
/// Source: Hyndman et al., Forecasting with Exponential Smoothing: The State Space Approach, 2008, sections 2.2 and 6.2.
class SES final : public LocalForecaster {
 public:
  using Options = NoOptions;
  explicit SES(Options) {}
  /// Error (data) for a series without a value.
  void fit(std::span<const double> y, std::int64_t season) override;
  void update(std::span<const double> y) override;
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const override;
  [[nodiscard]] Value parameters() const override;

 private:
  double alpha_ = 0, level_ = 0, deviation_ = 0;
};

}  // namespace pipeline::local::smoothing
