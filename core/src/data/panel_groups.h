#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "data/cleaning.h"
#include "pipeline/log.h"

namespace pipeline {

/// The median step of an irregular axis, in nanoseconds; of a panel that of the longest series, of those of a frequency group if one is
/// named.
[[nodiscard]] std::int64_t typical_step(const CleanTable& data, std::optional<std::int64_t> group = {});

/// The frequency groups with their steps.
[[nodiscard]] std::vector<FrequencyGroup> frequency_groups(const CleanTable& data);

/// Tells of each group how many series it has, their step, and the gaps.
void say_groups(const CleanTable& data, Log& log);

}  // namespace pipeline
