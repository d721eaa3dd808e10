#pragma once

#include "ets_fit.h"
#include "pipeline/data/local_forecaster.h"
#include "pipeline/options.h"

namespace pipeline::local::smoothing {

/// Exponential smoothing with an additive or multiplicative error, no trend, an additive or a damped one, and no season, an additive or a
/// multiplicative one: the form with the smallest corrected Akaike criterion. A multiplicative season takes a multiplicative error; both
/// take positive values. Quantiles are normal. Source: Hyndman et al., Forecasting with Exponential Smoothing: The State Space Approach,
/// 2008, chapters 2, 5, 6 and 7.
class AutoETS final : public LocalForecaster {
 public:
  using Options = NoOptions;
  explicit AutoETS(Options) {}
  /// Error (data) for a series with less than seven values, unless they are equal, or one that no form fits.
  void fit(std::span<const double> y, std::int64_t season) override;
  void update(std::span<const double> y) override;
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const override;
  /// With "form": "ETS(M,Ad,N)".
  [[nodiscard]] Value parameters() const override;

 private:
  EtsFit best_;
};

}  // namespace pipeline::local::smoothing
