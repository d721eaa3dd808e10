#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ces_recursion.h"

namespace pipeline::local::complex_smoothing {

/// The states before the first value: one without a season, else one for each step of the season.
[[nodiscard]] std::vector<CesState> starting_states(Season kind, std::span<const double> y, std::int64_t season);

}  // namespace pipeline::local::complex_smoothing
