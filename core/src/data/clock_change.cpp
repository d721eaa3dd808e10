#include "data/clock_change.h"

#include "data/calendar.h"

namespace pipeline {
namespace {

/// Whether the day is Sunday number `count` of a month; 0: its last.
bool is_sunday(std::int64_t day, unsigned month, unsigned count) {
  const CivilDate date = civil_from_days(day);
  if (weekday(day) != 6 || date.month != month) return false;
  return count == 0 ? date.day + 7 > days_in_month(date.year, month) : (date.day + 6) / 7 == count;
}

}  // namespace

std::optional<std::string> zone_that_goes_back(std::int64_t day) {
  if (is_sunday(day, 10, 0)) return "Europe/Berlin";
  if (is_sunday(day, 11, 1)) return "America/New_York";
  if (is_sunday(day, 4, 1)) return "Australia/Sydney";
  return std::nullopt;
}

std::optional<std::string> zone_that_goes_forward(std::int64_t day) {
  if (is_sunday(day, 3, 0)) return "Europe/Berlin";
  if (is_sunday(day, 3, 2)) return "America/New_York";
  if (is_sunday(day, 10, 1)) return "Australia/Sydney";
  return std::nullopt;
}

std::optional<std::string> zone_of_repeats(const RowOrder& order) {
  const std::span<const RowKey> keys = order.keys();
  std::optional<std::string> zone;
  for (std::size_t i = 1; i < keys.size(); ++i) {
    if (keys[i].time != keys[i - 1].time || keys[i].series != keys[i - 1].series) continue;
    const std::int64_t day = day_of(keys[i].time);
    const auto found = zone_that_goes_back(day);
    if (!found || (zone && *zone != *found) || keys[i].time - day * nanoseconds_per_day >= 4 * nanoseconds_per_hour) return std::nullopt;
    zone = found;
  }
  return zone;
}

}  // namespace pipeline
