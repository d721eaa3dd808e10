#include "data/time_axis.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "data/calendar.h"
#include "data/clock_change.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr std::int64_t second = nanoseconds_per_second, one_day = nanoseconds_per_day;
constexpr std::array<std::pair<const char*, std::int64_t>, 7> units{
    {{"d", one_day}, {"h", 3600 * second}, {"min", 60 * second}, {"s", second}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};
constexpr std::array<std::pair<const char*, int>, 3> month_units{{{"year", 12}, {"quarter", 3}, {"month", 1}}};
/// A longer gap between business days is no holiday.
constexpr std::int64_t longest_holiday = 14 * one_day;
/// A thousand years: no step is longer.
constexpr std::int64_t most_months = 12'000;
/// Limit on distinct steps in the search for the most common one: it bounds the memory on an irregular axis.
constexpr std::size_t most_steps = 65'536;

bool is_weekend(std::int64_t time) { return weekday(day_of(time)) > 4; }

std::int64_t month_index(const CivilDate& date) { return date.year * 12 + static_cast<std::int64_t>(date.month) - 1; }

/// From one time to a later one; the largest number for more than 292 years, which do not fit in 64 bits.
std::int64_t step_between(std::int64_t earlier, std::int64_t later) {
  std::int64_t step = 0;
  return __builtin_sub_overflow(later, earlier, &step) ? std::numeric_limits<std::int64_t>::max() : step;
}

/// The day since 1970-01-01 at which steps of months stand in a month. `like`: a day of the month, for MonthDay::same.
std::int64_t day_in_month(std::int64_t index, MonthDay which, unsigned like) {
  const std::int64_t year = index / 12;
  const auto month = static_cast<unsigned>(index % 12) + 1;
  const std::int64_t first = days_from_civil({year, month, 1}), last = first + days_in_month(year, month) - 1;
  switch (which) {
    case MonthDay::same:
      return std::min(first + like - 1, last);
    case MonthDay::last:
      return last;
    case MonthDay::first_business:
      return weekday(first) > 4 ? first + 7 - weekday(first) : first;
    case MonthDay::last_business:
      return std::min(last, last - weekday(last) + 4);
  }
  return first;
}

/// `months` later, at that day of the month. nullopt beyond the times of 64 bits.
std::optional<std::int64_t> add_months(std::int64_t time, std::int64_t months, MonthDay which) {
  if (std::abs(months) > most_months) return std::nullopt;
  const std::int64_t days = day_of(time);
  const CivilDate date = civil_from_days(days);
  std::int64_t out = day_in_month(month_index(date) + months, which, date.day);
  if (__builtin_mul_overflow(out, one_day, &out) || __builtin_add_overflow(out, time - days * one_day, &out)) return std::nullopt;
  return out;
}

/// The 31st of a month and the end of a shorter one are a month apart, seen from either.
bool months_apart(std::int64_t earlier, std::int64_t later, int months) {
  return later == add_months(earlier, months, MonthDay::same) || earlier == add_months(later, -months, MonthDay::same);
}

/// Whether a time lies on that day of its month.
bool stands_at(std::int64_t time, MonthDay which) {
  const CivilDate date = civil_from_days(day_of(time));
  return day_of(time) == day_in_month(month_index(date), which, date.day);
}

/// Whether a time lies on that day, or on a working day before or after it within a week, if all between may be holidays.
bool stands_near(std::int64_t time, MonthDay which) {
  if (which == MonthDay::last) return stands_at(time, which);
  const std::int64_t days = day_of(time), exact = day_in_month(month_index(civil_from_days(days)), which, 1);
  const std::int64_t away = which == MonthDay::last_business ? exact - days : days - exact;
  return !is_weekend(time) && away >= 0 && away < 7;
}

std::int64_t most_common_step(std::span<const std::int64_t> time) {
  std::unordered_map<std::int64_t, std::int64_t> counts;
  std::int64_t previous_step = 0, run = 0;
  const auto add_run = [&] {
    if (run > 0 && (counts.size() < most_steps || counts.contains(previous_step))) counts[previous_step] += run;
  };
  for (std::size_t i = 1; i < time.size(); ++i) {
    const std::int64_t step = step_between(time[i - 1], time[i]);
    if (step != previous_step) add_run(), previous_step = step, run = 0;
    ++run;
  }
  add_run();
  std::pair<std::int64_t, std::int64_t> best{0, 0};  // the smaller of equally common steps, independent of the map's order
  for (const auto& [step, count] : counts) {
    if (count > best.second || (count == best.second && step < best.first)) best = {step, count};
  }
  return best.first;
}

bool looks_like_business_days(std::span<const std::int64_t> time) {
  bool over_weekend = false;
  for (std::size_t i = 0; i < time.size(); ++i) {
    if (is_weekend(time[i])) return false;
    if (i == 0) continue;
    const std::int64_t step = step_between(time[i - 1], time[i]);
    if (step % one_day != 0) return false;
    over_weekend |= weekday(day_of(time[i])) < weekday(day_of(time[i - 1]));
  }
  return over_weekend;
}

/// The number of calendar months (1, 3, 12, ...) that a step may stand for; 0 if none.
int calendar_months(std::int64_t step) {
  if (step % one_day != 0 || step < 28 * one_day) return 0;
  return static_cast<int>(std::min((step / one_day + 15) * 12 / 365, most_months));
}

/// The day of the month at which steps of `months` stand: of the day that most rows share, the last, and the first and last working day.
/// Not set if no such day fits.
std::optional<Frequency> months_at_a_day(std::span<const std::int64_t> time, int months) {
  const auto steps = static_cast<std::int64_t>(time.size()) - 1;
  std::int64_t same = 0;
  std::array<std::int64_t, 3> at{};
  constexpr std::array days{MonthDay::last, MonthDay::first_business, MonthDay::last_business};
  bool one_number = true;
  for (std::size_t i = 1; i < time.size(); ++i) {
    const CivilDate before = civil_from_days(day_of(time[i - 1])), date = civil_from_days(day_of(time[i]));
    same += months_apart(time[i - 1], time[i], months);
    one_number = one_number && date.day == before.day;
    if (month_index(date) - month_index(before) != months) continue;
    for (std::size_t d = 0; d < days.size(); ++d) at[d] += stands_at(time[i], days[d]) && stands_at(time[i - 1], days[d]);
  }
  const auto best = std::ranges::max_element(at);
  const bool is_day = !one_number && *best * 3 >= steps * 2 && *best >= same;
  if (is_day) return Frequency{.months = months, .day = days[static_cast<std::size_t>(best - at.begin())]};
  return same * 2 > steps ? std::optional(Frequency{.months = months}) : std::nullopt;
}

/// "month_end", "2month_end", "business_quarter_start": months and the day at which they stand.
std::optional<Frequency> parse_month_day(std::string_view text) {
  std::int64_t count = 1;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc{}) text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  const bool business = text.starts_with("business_");
  if (business) text.remove_prefix(9);
  for (const auto& [name, months] : month_units) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(std::string_view(name).size());
    const bool end = text == "_end", start = text == "_start" && business;
    if (!(end || start) || count < 1 || count > most_months / months) return std::nullopt;
    return Frequency{.months = static_cast<int>(count) * months,
                     .day = start      ? MonthDay::first_business
                            : business ? MonthDay::last_business
                                       : MonthDay::last};
  }
  return std::nullopt;
}

/// The frequency that the user names; "1mo" for rows at the ends of months means those.
Frequency stated_frequency(std::span<const std::int64_t> time, const std::string& text) {
  const Frequency stated = Frequency::parse(text);
  if (stated.months == 0 || stated.day != MonthDay::same || time.size() < 2) return stated;
  const auto found = months_at_a_day(time, stated.months);
  return found && found->day == MonthDay::last ? *found : stated;
}

/// For an hour that is missing in the early morning of a day on which clocks go forward.
std::string clock_hint(std::int64_t before, std::int64_t after) {
  const auto zone = zone_that_goes_forward(day_of(after));
  const std::int64_t clock = after - day_of(after) * one_day;
  if (!zone || day_of(before) != day_of(after) || clock > 4 * nanoseconds_per_hour || after - before > 2 * nanoseconds_per_hour) return {};
  return " (clocks go forward on that day: if the times are local, write where, e.g. time_zone = \"" + *zone + "\")";
}

std::string month_day_text(int months, MonthDay which) {
  for (const auto& [name, unit] : month_units) {
    if (months % unit != 0) continue;
    return (months > unit ? std::to_string(months / unit) : std::string()) + (which == MonthDay::last ? "" : "business_") + name +
           (which == MonthDay::first_business ? "_start" : "_end");
  }
  return {};
}

}  // namespace

Frequency Frequency::parse(const std::string& text) {
  if (text == "none") return {};
  if (text == "business_day") return {.business_day = true};
  if (const auto month_day = parse_month_day(text)) return *month_day;
  std::int64_t count = 1;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  const std::string_view unit(error == std::errc{} ? stop : text.data(), end);
  if (count > 0 && count < 1'000'000'000) {
    if (unit == "mo" && count <= most_months) return {.months = static_cast<int>(count)};
    if (unit == "y" && count * 12 <= most_months) return {.months = static_cast<int>(count * 12)};
    std::int64_t step = 0;
    if (unit == "w" && !__builtin_mul_overflow(count, 7 * one_day, &step)) return {.step_ns = step};
    for (const auto& [name, nanoseconds] : units) {
      if (unit == name && !__builtin_mul_overflow(count, nanoseconds, &step)) return {.step_ns = step};
    }
  }
  throw usage_error("frequency \"" + text +
                    "\" is not understood; write \"infer\", \"none\", \"business_day\", a step such as \"15min\", \"1h\", \"1d\", \"1w\", "
                    "\"1mo\", or a day of the "
                    "months such as \"month_end\", \"business_month_end\", \"business_quarter_start\"");
}

std::string Frequency::text() const {
  if (business_day) return "business_day";
  if (months > 0) return day == MonthDay::same ? std::to_string(months) + "mo" : month_day_text(months, day);
  for (const auto& [name, unit] : units) {
    if (step_ns > 0 && step_ns % unit == 0) return std::to_string(step_ns / unit) + name;
  }
  return "none";
}

std::string Frequency::spoken() const {
  std::string words = text();
  if (!business_day && day == MonthDay::same) return "step " + words;
  std::ranges::replace(words, '_', ' ');
  return words;
}

bool Frequency::follows(std::int64_t earlier, std::int64_t later) const {
  const std::int64_t step = step_between(earlier, later);
  if (business_day) return step % one_day == 0 && step <= longest_holiday && !is_weekend(later);
  if (months > 0 && day == MonthDay::same) return months_apart(earlier, later, months);
  if (months > 0) {
    const auto month_of = [](std::int64_t time) { return month_index(civil_from_days(day_of(time))); };
    return month_of(later) - month_of(earlier) == months && step % one_day == 0 && stands_near(earlier, day) && stands_near(later, day);
  }
  return step_ns == 0 || step == step_ns;
}

std::int64_t Frequency::after(std::int64_t time, std::int64_t steps) const {
  std::int64_t many = 0, out = time;
  bool fits = !__builtin_mul_overflow(months > 0 ? months : step_ns, steps, &many);
  if (months > 0) {
    const auto later = fits ? add_months(time, many, day) : std::nullopt;
    fits = later.has_value();
    out = later.value_or(0);
  } else if (!business_day) {
    fits = fits && !__builtin_add_overflow(time, many, &out);
  }
  for (; business_day && fits && steps > 0; --steps) {
    do fits = !__builtin_add_overflow(out, one_day, &out);
    while (fits && is_weekend(out));
  }
  if (fits) return out;
  throw data_error("the time " + std::to_string(steps) + " steps (" + text() + ") after " + format_time(time, true) +
                   " lies beyond the year 2262, the last that can be told");
}

Frequency infer_frequency(std::span<const std::int64_t> time) {
  const std::int64_t step = most_common_step(time);
  if (step == 0) return {};
  if (step == one_day && looks_like_business_days(time)) return {.business_day = true};
  if (const int months = calendar_months(step); months > 0) {
    if (const auto found = months_at_a_day(time, months)) return *found;
  }
  return {.step_ns = step};
}

std::int64_t median_step(std::span<const std::int64_t> time) {
  if (time.size() < 2) return 0;
  const std::size_t stride = 1 + time.size() / 1'000'000;  // a sample of a million steps is enough
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < time.size(); i += stride) steps.push_back(step_between(time[i - 1], time[i]));
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

std::string format_duration(std::int64_t nanoseconds) {
  std::vector<std::string> parts;
  for (const auto& [name, unit] : units) {
    if (const std::int64_t count = nanoseconds / unit; count > 0) {
      parts.push_back(std::to_string(count) + name);
      nanoseconds %= unit;
    }
  }
  return parts.empty() ? "0s" : join(parts, " ");
}

TimeAxis understand_time(std::span<const std::int64_t> time, const std::string& frequency, const std::string& gaps,
                         const std::function<std::string(std::int64_t)>& place, const std::function<std::string(std::int64_t)>& text) {
  TimeAxis axis{.frequency = frequency == "infer" ? infer_frequency(time) : stated_frequency(time, frequency),
                .rows = static_cast<std::int64_t>(time.size()),
                .gaps = 0,
                .segments = {}};
  if (axis.frequency.business_day && !time.empty() && is_weekend(time.front())) {
    throw data_error(place(0) + ": " + format_time(time.front(), true) + " is a weekend day, no business day; write frequency = \"1d\"");
  }
  std::int64_t first = 0, first_gap = 0;
  for (std::size_t i = 1; i < time.size(); ++i) {
    if (axis.frequency.follows(time[i - 1], time[i])) continue;
    const auto row = static_cast<std::int64_t>(i);
    if (axis.gaps++ == 0) first_gap = row;
    if (gaps == "split") axis.segments.push_back({first, row - first}), first = row;
  }
  axis.segments.push_back({first, static_cast<std::int64_t>(time.size()) - first});
  if (axis.gaps > 0 && gaps == "error") {
    const auto before = static_cast<std::size_t>(first_gap) - 1;
    throw data_error(
        place(first_gap) + ": " + format_duration(step_between(time[before], time[before + 1])) + " from " + text(first_gap - 1) + " to " +
        text(first_gap) + " where the step is " + axis.frequency.text() +
        (axis.gaps > 1 ? ", the first of " + format_count(axis.gaps) + " such places" : "") + clock_hint(time[before], time[before + 1]) +
        (looks_like_business_days(time)
             ? "; the rows are those of working days: write frequency = \"business_day\""
             : "; write gaps = \"split\" to begin a new segment at each, gaps = \"allow\" to read on as if nothing were missing, or "
               "frequency = \"none\" for irregular times"));
  }
  return axis;
}

}  // namespace pipeline
