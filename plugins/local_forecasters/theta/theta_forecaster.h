#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "pipeline/data/local_forecaster.h"
#include "pipeline/options.h"
#include "seasonal_adjustment.h"
#include "theta_recursion.h"

namespace pipeline::local::theta {

/// The theta models: half of the forecast follows exponential smoothing, the other half a line. Fitted by least squares to the series
/// without its season. Quantiles are normal, with the variance that the recursion has for given parameters. Sources: Assimakopoulos and
/// Nikolopoulos, The theta model: a decomposition approach to forecasting, 2000; Fiorucci et al., Models for optimising the theta method
/// and their relationship to state space models, 2016.
class ThetaForecaster : public LocalForecaster {
 public:
  using Options = NoOptions;
  /// Error (data) for a series with less than four values.
  void fit(std::span<const double> y, std::int64_t season) final;
  void update(std::span<const double> y) final;
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const final;
  [[nodiscard]] Value parameters() const final;

 protected:
  ThetaForecaster(const char* name, Line line) : name_(name), line_(line) {}

 private:
  [[nodiscard]] ThetaParameters best_parameters(std::span<const double> y) const;
  /// The sum of squared errors from the fourth value on.
  [[nodiscard]] double squared_errors(const ThetaParameters& parameters, std::span<const double> y) const;
  [[nodiscard]] std::vector<double> deviations(std::int64_t horizon) const;

  const char* name_;
  Line line_;
  ThetaParameters parameters_;
  SeasonalAdjustment season_;
  std::optional<ThetaRecursion> state_;
  std::int64_t count_ = 0;  ///< values seen
  double deviation_ = 0;    ///< of the one-step errors, without the season
};

/// The standard theta model: theta is 2, and the line is fitted once.
class Theta final : public ThetaForecaster {
 public:
  explicit Theta(Options) : ThetaForecaster("Theta", Line::fixed) {}
};

/// Theta is estimated, and the line is fitted again with each value.
class DynamicOptimizedTheta final : public ThetaForecaster {
 public:
  explicit DynamicOptimizedTheta(Options) : ThetaForecaster("DynamicOptimizedTheta", Line::dynamic) {}
};

}  // namespace pipeline::local::theta
