#include "data/calendar.h"

namespace pipeline {

std::int64_t days_from_civil(CivilDate date) {
  // Years begin in March, so that a leap day is the last day of a year; eras of 400 years have 146,097 days.
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

CivilDate civil_from_days(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const auto month = static_cast<unsigned>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, static_cast<unsigned>(day_of_year - (153 * month_from_march + 2) / 5 + 1)};
}

unsigned days_in_month(std::int64_t year, unsigned month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

int weekday(std::int64_t days) { return static_cast<int>(((days + 3) % 7 + 7) % 7); }

std::int64_t day_of(std::int64_t time) { return time / nanoseconds_per_day - (time % nanoseconds_per_day < 0 ? 1 : 0); }

std::optional<std::int64_t> days_from_iso_week(std::int64_t year, std::int64_t week, std::int64_t day) {
  // The fourth of January lies in the first week.
  const auto first_monday = [](std::int64_t y) {
    const std::int64_t fourth = days_from_civil({y, 1, 4});
    return fourth - weekday(fourth);
  };
  const std::int64_t days = first_monday(year) + 7 * (week - 1) + day - 1;
  if (week < 1 || day < 1 || day > 7 || days >= first_monday(year + 1)) return std::nullopt;
  return days;
}

}  // namespace pipeline
