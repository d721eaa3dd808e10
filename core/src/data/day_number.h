#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pipeline {

/// A day number of Excel, such as "44197.041667": days since 1899-12-30, as nanoseconds since 1970. The part of the day is rounded to the
/// coarsest of hour, minute and second that lies within one unit of the last digit, else to the millisecond: an hour in six digits is
/// off by a tenth of a second. nullopt for other texts, and before 1900-03-01, as Excel counts a 29th of February of 1900.
[[nodiscard]] std::optional<std::int64_t> time_of_day_number(std::string_view text);

}  // namespace pipeline
