#pragma once

#include <cstdint>
#include <string>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"

namespace pipeline {

/// Nanoseconds since 1970 UTC as "2016-07-01 00:00:00". With `date_only`, midnight is left out.
[[nodiscard]] PIPELINE_EXPORT std::string format_time(std::int64_t nanoseconds, bool date_only = false);
/// A double with the fewest digits that read back as the same number.
[[nodiscard]] PIPELINE_EXPORT std::string format_number(double value);
/// A double for people: four significant digits.
[[nodiscard]] PIPELINE_EXPORT std::string format_short(double value);
/// 17420 as "17,420".
[[nodiscard]] PIPELINE_EXPORT std::string format_count(std::int64_t value);

}  // namespace pipeline
