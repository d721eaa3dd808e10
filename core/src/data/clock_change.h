#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "data/arrange_rows.h"

/// Hints at times that are local, although no time zone is named.
namespace pipeline {

/// A time zone, as an example, whose clocks go back (forward) on a day since 1970-01-01: Europe, North America or the south of Australia.
[[nodiscard]] std::optional<std::string> zone_that_goes_back(std::int64_t day);
[[nodiscard]] std::optional<std::string> zone_that_goes_forward(std::int64_t day);

/// Such a zone if all rows that repeat a time lie in the early hours of days on which its clocks go back.
[[nodiscard]] std::optional<std::string> zone_of_repeats(const RowOrder& order);

}  // namespace pipeline
