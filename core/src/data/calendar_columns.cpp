#include "data/calendar_columns.h"

#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "data/calendar.h"

namespace pipeline {
namespace {

constexpr std::int64_t nanoseconds_per_minute = 60 * nanoseconds_per_second;

/// The number of values that a part takes, in the order of CalendarPart.
constexpr std::array<std::int64_t, 7> sizes{60, 24, 7, 31, 366, 53, 12};

std::int64_t floor_divided(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

/// The week (ISO 8601) that a day lies in, from 1: that of its Thursday, counted from the first Thursday of the year.
std::int64_t iso_week(std::int64_t day) {
  const std::int64_t thursday = day - weekday(day) + 3;
  const std::int64_t year = civil_from_days(thursday).year;
  return (thursday - days_from_civil({year, 1, 1})) / 7 + 1;
}

}  // namespace

std::int64_t index_of_part(CalendarPart part, std::int64_t local) {
  const std::int64_t day = floor_divided(local, nanoseconds_per_day), minute = (local - day * nanoseconds_per_day) / nanoseconds_per_minute;
  const CivilDate date = civil_from_days(day);
  switch (part) {
    case CalendarPart::minute_of_hour:
      return minute % 60;
    case CalendarPart::hour_of_day:
      return minute / 60;
    case CalendarPart::day_of_week:
      return weekday(day);
    case CalendarPart::day_of_month:
      return static_cast<std::int64_t>(date.day) - 1;
    case CalendarPart::day_of_year:
      return day - days_from_civil({date.year, 1, 1});
    case CalendarPart::week_of_year:
      return iso_week(day) - 1;
    case CalendarPart::month_of_year:
      return static_cast<std::int64_t>(date.month) - 1;
  }
  return 0;
}

CalendarColumns::CalendarColumns(std::vector<CalendarPart> parts, CalendarEncoding encoding, std::optional<Holidays> holidays,
                                 HolidayEncoding holiday_encoding)
    : parts_(std::move(parts)), encoding_(encoding), holidays_(std::move(holidays)), holiday_encoding_(holiday_encoding) {
  for (const CalendarPart part : parts_) {
    const std::string name = word_of(part);
    if (encoding_ == CalendarEncoding::cyclic) {
      names_.insert(names_.end(), {name + "_sin", name + "_cos"});
    } else {
      names_.push_back(name);
    }
  }
  if (!holidays_) return;
  const std::string name = word_of(holiday_encoding_);
  names_.push_back(holiday_encoding_ == HolidayEncoding::flag ? "holiday" : name + "_holiday");
}

bool CalendarColumns::is_scaled(std::size_t i) const {
  if (holidays_ && i + 1 == names_.size()) return holiday_encoding_ != HolidayEncoding::flag;
  return encoding_ == CalendarEncoding::index;
}

void CalendarColumns::at(std::int64_t local, std::span<double> out) const {
  std::size_t column = 0;
  for (const CalendarPart part : parts_) {
    const auto index = static_cast<double>(index_of_part(part, local)),
               size = static_cast<double>(sizes.at(static_cast<std::size_t>(part)));
    switch (encoding_) {
      case CalendarEncoding::centered:
        out[column++] = index / (size - 1) - 0.5;
        break;
      case CalendarEncoding::cyclic:
        out[column++] = std::sin(2 * std::numbers::pi * index / size);
        out[column++] = std::cos(2 * std::numbers::pi * index / size);
        break;
      case CalendarEncoding::index:
        out[column++] = index;
        break;
    }
  }
  if (!holidays_) return;
  const std::int64_t day = floor_divided(local, nanoseconds_per_day);
  switch (holiday_encoding_) {
    case HolidayEncoding::flag:
      out[column] = holidays_->contains(day) ? 1 : 0;
      break;
    case HolidayEncoding::days_to:
      out[column] = static_cast<double>(holidays_->days_to(day));
      break;
    case HolidayEncoding::days_since:
      out[column] = static_cast<double>(holidays_->days_since(day));
      break;
  }
}

}  // namespace pipeline
