#pragma once

#include <cstdint>
#include <optional>

/// Dates of the Gregorian calendar.
namespace pipeline {

inline constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
inline constexpr std::int64_t nanoseconds_per_hour = 3'600 * nanoseconds_per_second;
inline constexpr std::int64_t nanoseconds_per_day = 86'400 * nanoseconds_per_second;

/// Days since 1970-01-01 of a date of the Gregorian calendar, and back.
struct CivilDate {
  std::int64_t year = 1970;
  unsigned month = 1, day = 1;
};
[[nodiscard]] std::int64_t days_from_civil(CivilDate date);
[[nodiscard]] CivilDate civil_from_days(std::int64_t days);
[[nodiscard]] unsigned days_in_month(std::int64_t year, unsigned month);
/// 0 Monday ... 6 Sunday.
[[nodiscard]] int weekday(std::int64_t days);
/// The day since 1970-01-01 that a time (nanoseconds) lies in.
[[nodiscard]] std::int64_t day_of(std::int64_t time);
/// The day since 1970-01-01 of a day of an ISO 8601 week; `day` 1 Monday ... 7 Sunday. nullopt where the year has no such week.
[[nodiscard]] std::optional<std::int64_t> days_from_iso_week(std::int64_t year, std::int64_t week, std::int64_t day);

}  // namespace pipeline
