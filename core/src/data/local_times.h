#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "data/time_zone.h"

namespace pipeline {

/// What to do where the clocks of a zone go back and forward.
struct ClockRules {
  std::string ambiguous = "infer";    ///< an hour that comes twice: infer (by the order of the rows) | first | error
  std::string nonexistent = "error";  ///< an hour left out: error | shift (one hour later) | drop (left_out_time)
};

/// Local times of rows, which become UTC in place.
struct LocalTimes {
  std::span<std::int64_t> time;                        ///< nanoseconds as the clocks of the zone show them
  std::span<const std::int32_t> clock;                 ///< of each row the seconds from its midnight, as written: 86,400 at 24:00
  std::function<std::string(std::int64_t row)> place;  ///< file and line, for sentences
};

/// Whether hours are counted from midnight on: hour 25 ends a day of 25 hours, and a day of 23 hours has no hour 24.
[[nodiscard]] bool counts_hours(const LocalTimes& rows, const TimeZone& zone);

/// Turns the times into UTC. Hours that are counted end so many hours after the local midnight. Of other times the repeated hour is told
/// apart by the order of the rows: where they run from new to old, by their reverse. Error (data) with place and cure.
void make_utc(const LocalTimes& rows, const TimeZone& zone, const ClockRules& rules);

}  // namespace pipeline
