#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "../seasonal_decomposition.h"

namespace pipeline::local::theta {

/// The seasonal indices by which the theta models adjust a series; none where its autocorrelation at the season is no larger than chance.
class SeasonalAdjustment {
 public:
  SeasonalAdjustment() = default;
  SeasonalAdjustment(std::span<const double> y, std::int64_t season);

  /// Whether the series has no season.
  [[nodiscard]] bool none() const { return indices_.empty(); }
  /// The value, the `t`-th of the series from 0 on, without its season.
  [[nodiscard]] double remove(double value, std::int64_t t) const;
  /// An adjusted value with its season.
  [[nodiscard]] double restore(double value, std::int64_t t) const;
  /// A deviation of adjusted values in the units of the series.
  [[nodiscard]] double restore_deviation(double deviation, std::int64_t t) const;

 private:
  [[nodiscard]] double index(std::int64_t t) const { return indices_[static_cast<std::size_t>(t) % indices_.size()]; }

  Seasonality kind_ = Seasonality::multiplicative;
  std::vector<double> indices_;  ///< [season], that of the first value first
};

}  // namespace pipeline::local::theta
