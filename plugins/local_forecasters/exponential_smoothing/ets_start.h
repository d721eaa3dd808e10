#pragma once

#include <cstdint>
#include <span>

#include "ets_form.h"

namespace pipeline::local::smoothing {

/// A state to start the search from: seasonal values of a decomposition, or around a line where there are less than three seasons; level
/// and slope of the first values without their season, ten or two seasons. Source: Hyndman et al. (2008), section 2.6.1.
[[nodiscard]] EtsState starting_state(std::span<const double> y, std::int64_t season, const EtsForm& form);

}  // namespace pipeline::local::smoothing
