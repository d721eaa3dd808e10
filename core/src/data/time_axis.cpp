#include "data/time_axis.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "data/time_parser.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr std::int64_t second = nanoseconds_per_second, day = nanoseconds_per_day;
constexpr std::array<std::pair<const char*, std::int64_t>, 7> units{
    {{"d", day}, {"h", 3600 * second}, {"min", 60 * second}, {"s", second}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};
/// A longer gap between business days is no holiday.
constexpr std::int64_t longest_holiday = 14 * day;
/// A thousand years: no step is longer.
constexpr std::int64_t most_months = 12'000;
/// Limit on distinct steps in the search for the most common one: it bounds the memory on an irregular axis.
constexpr std::size_t most_steps = 65'536;

std::int64_t floor_day(std::int64_t time) { return time / day - (time % day < 0 ? 1 : 0); }

bool is_weekend(std::int64_t time) { return weekday(floor_day(time)) > 4; }

std::int64_t month_index(const CivilDate& date) { return date.year * 12 + static_cast<std::int64_t>(date.month) - 1; }

/// From one time to a later one; the largest number for more than 292 years, which do not fit in 64 bits.
std::int64_t step_between(std::int64_t earlier, std::int64_t later) {
  std::int64_t step = 0;
  return __builtin_sub_overflow(later, earlier, &step) ? std::numeric_limits<std::int64_t>::max() : step;
}

/// `months` later, at the same day of the month; the last day of a month stays the last. nullopt beyond the times of 64 bits.
std::optional<std::int64_t> add_months(std::int64_t time, std::int64_t months) {
  if (std::abs(months) > most_months) return std::nullopt;
  const std::int64_t days = floor_day(time);
  const CivilDate date = civil_from_days(days);
  const std::int64_t index = month_index(date) + months;
  const std::int64_t year = index / 12;
  const auto month = static_cast<unsigned>(index % 12) + 1;
  const bool last = date.day == days_in_month(date.year, date.month);
  const unsigned length = days_in_month(year, month);
  std::int64_t out = days_from_civil({year, month, last ? length : std::min(date.day, length)});
  if (__builtin_mul_overflow(out, day, &out) || __builtin_add_overflow(out, time - days * day, &out)) return std::nullopt;
  return out;
}

bool months_apart(std::int64_t earlier, std::int64_t later, int months) {
  return later == add_months(earlier, months) || earlier == add_months(later, -months);
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
    if (step % day != 0) return false;
    over_weekend |= weekday(floor_day(time[i])) < weekday(floor_day(time[i - 1]));
  }
  return over_weekend;
}

/// The number of calendar months (1, 3, 12, ...) that the most common step stands for; 0 if none.
int calendar_months(std::span<const std::int64_t> time, std::int64_t step) {
  if (step % day != 0 || step < 28 * day) return 0;
  const int months = static_cast<int>((step / day + 15) * 12 / 365);
  if (months < 1) return 0;
  std::size_t fitting = 0;
  for (std::size_t i = 1; i < time.size(); ++i) fitting += months_apart(time[i - 1], time[i], months);
  return fitting * 2 > time.size() - 1 ? months : 0;
}

}  // namespace

Frequency Frequency::parse(const std::string& text) {
  if (text == "none") return {};
  if (text == "business_day") return {.business_day = true};
  std::int64_t count = 1;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  const std::string_view unit(error == std::errc{} ? stop : text.data(), end);
  if (count > 0 && count < 1'000'000'000) {
    if (unit == "mo" && count <= most_months) return {.months = static_cast<int>(count)};
    if (unit == "y" && count * 12 <= most_months) return {.months = static_cast<int>(count * 12)};
    std::int64_t step = 0;
    if (unit == "w" && !__builtin_mul_overflow(count, 7 * day, &step)) return {.step_ns = step};
    for (const auto& [name, nanoseconds] : units) {
      if (unit == name && !__builtin_mul_overflow(count, nanoseconds, &step)) return {.step_ns = step};
    }
  }
  throw usage_error(
      "frequency \"" + text +
      "\" is not understood; write \"infer\", \"none\", \"business_day\" or a step such as \"15min\", \"1h\", \"1d\", \"1w\", \"1mo\"");
}

std::string Frequency::text() const {
  if (business_day) return "business_day";
  if (months > 0) return std::to_string(months) + "mo";
  for (const auto& [name, unit] : units) {
    if (step_ns > 0 && step_ns % unit == 0) return std::to_string(step_ns / unit) + name;
  }
  return "none";
}

bool Frequency::follows(std::int64_t earlier, std::int64_t later) const {
  const std::int64_t step = step_between(earlier, later);
  if (business_day) return step % day == 0 && step <= longest_holiday && !is_weekend(later);
  if (months > 0) return months_apart(earlier, later, months);
  return step_ns == 0 || step == step_ns;
}

std::int64_t Frequency::after(std::int64_t time, std::int64_t steps) const {
  std::int64_t many = 0, out = time;
  bool fits = !__builtin_mul_overflow(months > 0 ? months : step_ns, steps, &many);
  if (months > 0) {
    const auto later = fits ? add_months(time, many) : std::nullopt;
    fits = later.has_value();
    out = later.value_or(0);
  } else if (!business_day) {
    fits = fits && !__builtin_add_overflow(time, many, &out);
  }
  for (; business_day && fits && steps > 0; --steps) {
    do fits = !__builtin_add_overflow(out, day, &out);
    while (fits && is_weekend(out));
  }
  if (fits) return out;
  throw data_error("the time " + std::to_string(steps) + " steps (" + text() + ") after " + format_time(time, true) +
                   " lies beyond the year 2262, the last that can be told");
}

Frequency infer_frequency(std::span<const std::int64_t> time) {
  const std::int64_t step = most_common_step(time);
  if (step == 0) return {};
  if (step == day && looks_like_business_days(time)) return {.business_day = true};
  if (const int months = calendar_months(time, step); months > 0) return {.months = months};
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
                         const std::function<std::string(std::int64_t)>& place) {
  TimeAxis axis{.frequency = frequency == "infer" ? infer_frequency(time) : Frequency::parse(frequency),
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
    throw data_error(place(first_gap) + ": " + format_duration(step_between(time[before], time[before + 1])) + " from " +
                     format_time(time[before]) + " to " + format_time(time[before + 1]) + " where the step is " + axis.frequency.text() +
                     (axis.gaps > 1 ? ", the first of " + format_count(axis.gaps) + " such places" : "") +
                     "; write gaps = \"split\" to begin a new segment at each, gaps = \"allow\" to read on as if nothing were missing, or "
                     "frequency = \"none\" for irregular times");
  }
  return axis;
}

}  // namespace pipeline
