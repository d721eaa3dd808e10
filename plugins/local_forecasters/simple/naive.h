#pragma once

#include "pipeline/data/local_forecaster.h"
#include "pipeline/options.h"

namespace pipeline::local::simple {

/// Repeats the last value. Quantiles are those of a random walk with normal steps.
/// Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 2021, sections 5.2 and 5.5.
class Naive final : public LocalForecaster {
 public:
  using Options = NoOptions;
  explicit Naive(Options) {}
  /// Error (data) for a series without a value.
  void fit(std::span<const double> y, std::int64_t season) override;
  void update(std::span<const double> y) override;
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const override;
  [[nodiscard]] Value parameters() const override;

 private:
  double last_ = 0, deviation_ = 0;
};

}  // namespace pipeline::local::simple
