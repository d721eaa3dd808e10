#pragma once

#include <cstdint>
#include <vector>

#include "ets_fit.h"

namespace pipeline::local::smoothing {

/// The point forecasts of the next steps.
[[nodiscard]] std::vector<double> ets_means(const EtsFit& fit, std::int64_t horizon);
/// The standard deviations of the next steps around these means: Hyndman et al. (2008), chapter 6. With a multiplicative season they are
/// right to the first order in its errors.
[[nodiscard]] std::vector<double> ets_deviations(const EtsFit& fit, std::span<const double> means);

}  // namespace pipeline::local::smoothing
