#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/time_axis.h"

namespace pipeline {

/// The step that most of some series have.
struct CommonStep {
  Frequency frequency;
  std::vector<std::size_t> others;       ///< the places of the series that have another step
  std::vector<std::string> their_steps;  ///< the text of each of those
  std::int64_t gaps = 0;                 ///< in all series, steps that are no common one
};

/// `times`: of each series, increasing. A series may have another step of its own only where all its times follow the common one too, as
/// those of a few working days follow a daily one. Series of two rows say nothing, as their one step may be a gap.
[[nodiscard]] CommonStep common_step(std::span<const std::span<const std::int64_t>> times);

}  // namespace pipeline
