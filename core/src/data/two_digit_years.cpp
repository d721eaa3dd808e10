#include "data/two_digit_years.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ranges>
#include <utility>

#include "data/arrange_rows.h"
#include "data/calendar.h"

namespace pipeline {
namespace {

bool has_two_digit_years(std::string_view format) {
  for (const std::string_view sign : {"%y", "%D", "%x"}) {
    if (format.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::optional<std::size_t> border_of_two_digit_years(std::string_view format, std::span<const std::int64_t> times) {
  if (!has_two_digit_years(format)) return std::nullopt;
  constexpr std::int64_t century = 36'525, about = 370;  // days; rows may be a year apart
  for (std::size_t row = 1; row < times.size(); ++row) {
    if (times[row] == left_out_time || times[row - 1] == left_out_time) continue;
    const std::int64_t days = std::abs(day_of(times[row]) - day_of(times[row - 1]));
    if (std::abs(days - century) <= about) return row;
  }
  return std::nullopt;
}

std::string two_digit_years_text(std::span<const std::int64_t> times, std::size_t border) {
  const auto year_of = [](std::int64_t time) { return static_cast<int>(civil_from_days(day_of(time)).year % 100); };
  const auto is_time = [](std::int64_t time) { return time != left_out_time; };
  int first = year_of(*std::ranges::find_if(times, is_time)), last = year_of(*std::ranges::find_if(times | std::views::reverse, is_time));
  if (times[border] > times[border - 1]) std::swap(first, last);  // the rows run from new to old
  char years[64];
  std::snprintf(years, sizeof years, "the years %02d to %02d", first, last);
  return years + std::string(" cross the border of two-digit years (69 is 1969, 68 is 2068): write four digits");
}

}  // namespace pipeline
