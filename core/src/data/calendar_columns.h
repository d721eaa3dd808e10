#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/holidays.h"
#include "pipeline/data/prepare.h"

namespace pipeline {

/// Parts of a time on the calendar. Their names and sizes are those of GluonTS's time features.
enum class CalendarPart { minute_of_hour, hour_of_day, day_of_week, day_of_month, day_of_year, week_of_year, month_of_year };
template <>
struct Words<CalendarPart> {
  static constexpr std::array words{"minute_of_hour", "hour_of_day",  "day_of_week",  "day_of_month",
                                    "day_of_year",    "week_of_year", "month_of_year"};
};

/// What a day's holiday becomes. flag: 1 on a holiday, else 0. days_to, days_since: days to the next or since the last one, 0 on a holiday.
enum class HolidayEncoding { flag, days_to, days_since };
template <>
struct Words<HolidayEncoding> {
  static constexpr std::array words{"flag", "days_to", "days_since"};
};

/// The number of a part at a time, from 0; `local`: nanoseconds since 1970 on the local clock.
[[nodiscard]] std::int64_t index_of_part(CalendarPart part, std::int64_t local);

/// Columns that follow from a row's time alone, and so are known ahead.
class CalendarColumns {
 public:
  CalendarColumns(std::vector<CalendarPart> parts, CalendarEncoding encoding, std::optional<Holidays> holidays = std::nullopt,
                  HolidayEncoding holiday_encoding = HolidayEncoding::flag);

  /// "hour_of_day", or with cyclic "hour_of_day_sin" and "hour_of_day_cos"; "holiday", "days_to_holiday" or "days_since_holiday" comes
  /// last.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// Whether a scaler should bring column `i` to the size of others: the numbers of `index` and counts of days.
  [[nodiscard]] bool is_scaled(std::size_t i) const;
  [[nodiscard]] const std::optional<Holidays>& holidays() const { return holidays_; }
  /// The columns' values at a time on the local clock. Error (data) for a year whose holidays are not known.
  void at(std::int64_t local, std::span<double> out) const;

 private:
  std::vector<CalendarPart> parts_;
  CalendarEncoding encoding_;
  std::optional<Holidays> holidays_;
  HolidayEncoding holiday_encoding_;
  std::vector<std::string> names_;
};

}  // namespace pipeline
