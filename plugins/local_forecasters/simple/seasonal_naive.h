#pragma once

#include <vector>

#include "pipeline/data/local_forecaster.h"
#include "pipeline/options.h"

namespace pipeline::local::simple {

/// Repeats the last season. Quantiles are those of one random walk with normal steps for each place in the season.
/// Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 2021, sections 5.2 and 5.5.
class SeasonalNaive final : public LocalForecaster {
 public:
  using Options = NoOptions;
  explicit SeasonalNaive(Options) {}
  /// Error (data) for a series shorter than a season.
  void fit(std::span<const double> y, std::int64_t season) override;
  void update(std::span<const double> y) override;
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const override;
  [[nodiscard]] Value parameters() const override;

 private:
  std::vector<double> last_;  ///< [season] a ring; the oldest value is at next_
  std::size_t next_ = 0;
  double deviation_ = 0;
};

}  // namespace pipeline::local::simple
