#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/data/local_forecaster.h"
#include "pipeline/options.h"

namespace pipeline::local::simple {

/// Repeats the mean of the last values. It has no quantiles.
/// Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 2021, section 5.2.
class WindowAverage final : public LocalForecaster {
 public:
  struct Options {
    std::int64_t window_size = 0;
    static constexpr auto options() {
      return option_list<Options>(
          option("window_size", &Options::window_size, "Values to average; 0: those of a season.").between(0, 1'000'000).unit("steps"));
    }
  };
  explicit WindowAverage(Options options) : options_(options) {}
  /// Error (data) for a series shorter than the window.
  void fit(std::span<const double> y, std::int64_t season) override;
  void update(std::span<const double> y) override;
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const override;
  [[nodiscard]] Value parameters() const override;

 private:
  Options options_;
  std::vector<double> last_;  ///< [window] a ring; the oldest value is at next_
  std::size_t next_ = 0;
};

}  // namespace pipeline::local::simple
