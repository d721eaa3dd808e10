#include "data/day_number.h"

#include <cmath>

#include "data/calendar.h"
#include "data/written_time.h"

namespace pipeline {
namespace {

constexpr std::int64_t first_sure_day = 61, last_day = 2'958'465;  // 1900-03-01 and 9999-12-31
constexpr std::int64_t day_of_1970 = 25'569;

/// `digits` of `unit` of a day as nanoseconds, rounded as far as they tell.
std::int64_t rounded(std::int64_t digits, long double unit) {
  const long double time = static_cast<long double>(digits) * unit * nanoseconds_per_day, tolerance = unit * nanoseconds_per_day;
  for (const std::int64_t step : {nanoseconds_per_hour, 60 * nanoseconds_per_second, nanoseconds_per_second}) {
    const long double near = std::round(time / static_cast<long double>(step)) * static_cast<long double>(step);
    if (std::abs(near - time) <= tolerance) return static_cast<std::int64_t>(near);
  }
  constexpr std::int64_t millisecond = 1'000'000;
  return static_cast<std::int64_t>(std::round(time / millisecond)) * millisecond;
}

}  // namespace

std::optional<std::int64_t> time_of_day_number(std::string_view source) {
  TextCursor text(source);
  std::int64_t days = 0, part = 0;
  if (!text.digits(1, 7, days) || days < first_sure_day || days > last_day) return std::nullopt;
  if (text.take('.') || text.take(',')) {
    constexpr std::size_t most = 17;  // digits that 64 bits hold; later ones are far below a nanosecond
    const std::size_t before = text.rest().size();
    text.digits(0, most, part);
    const auto count = static_cast<int>(before - text.rest().size());
    if (count > 0) part = rounded(part, std::pow(10.0L, -count));
    std::int64_t beyond = 0;
    text.digits(0, 4, beyond);
  }
  if (!text.empty() || days > day_of_1970 + 106'700) return std::nullopt;
  return (days - day_of_1970) * nanoseconds_per_day + part;
}

}  // namespace pipeline
