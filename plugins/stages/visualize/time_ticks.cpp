#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>

#include "axis.h"

namespace pipeline::stage::visualize {

namespace {

using namespace std::chrono;

constexpr double second = 1e3, minute = 60 * second, hour = 60 * minute, day_ms = 24 * hour;
constexpr std::array fixed_steps{second, 5 * second, 15 * second, 30 * second, minute, 5 * minute, 15 * minute, 30 * minute,
                                 hour,   3 * hour,   6 * hour,    12 * hour,   day_ms, 2 * day_ms, 7 * day_ms};
constexpr std::array month_steps{1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200};
constexpr double month_length = 30.44 * day_ms;
/// 1970-01-01 was a Thursday: weeks count from the Monday after it.
constexpr double first_monday = 4 * day_ms;

struct Moment {
  year_month_day date;
  hh_mm_ss<milliseconds> clock;
  explicit Moment(double ms)
      : date(floor<days>(sys_time<milliseconds>{milliseconds{std::llround(ms)}})),
        clock(sys_time<milliseconds>{milliseconds{std::llround(ms)}} -
              floor<days>(sys_time<milliseconds>{milliseconds{std::llround(ms)}})) {}
};

std::string printed(const char* format, int a, int b = 0, int c = 0) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), format, a, b, c);
  return text.data();
}

std::string month_name(month m) {
  static constexpr std::array names{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return names.at(static_cast<unsigned>(m) - 1);
}

std::string day_label(const year_month_day& date) {
  return std::to_string(static_cast<unsigned>(date.day())) + " " + month_name(date.month());
}

std::string year_label(const year_month_day& date) { return std::to_string(static_cast<int>(date.year())); }

std::vector<Tick> month_ticks(double low, double high, int step) {
  std::vector<Tick> ticks;
  const year_month_day begin = Moment(low).date;
  int index = static_cast<int>(begin.year()) * 12 + static_cast<int>(static_cast<unsigned>(begin.month())) - 1;
  index -= ((index % step) + step) % step;
  std::string context;
  for (;; index += step) {
    const int y = index >= 0 ? index / 12 : (index - 11) / 12;
    const year_month_day date{year{y}, month{static_cast<unsigned>(index - 12 * y + 1)}, day{1}};
    const auto at = static_cast<double>(duration_cast<milliseconds>(sys_days{date}.time_since_epoch()).count());
    if (at > high) return ticks;
    if (at < low) continue;
    if (step % 12 == 0) {
      ticks.push_back({at, year_label(date), {}});
    } else {
      const std::string of_year = year_label(date);
      ticks.push_back({at, month_name(date.month()), of_year == context ? "" : of_year});
      context = of_year;
    }
  }
}

std::vector<Tick> fixed_ticks(double low, double high, double step) {
  std::vector<Tick> ticks;
  const double anchor = step == 7 * day_ms ? first_monday : 0;
  std::string context;
  for (double at = anchor + std::ceil((low - anchor) / step) * step; at <= high; at += step) {
    const Moment moment(at);
    const int h = static_cast<int>(moment.clock.hours().count()), m = static_cast<int>(moment.clock.minutes().count());
    const int s = static_cast<int>(moment.clock.seconds().count());
    const bool daily = step >= day_ms;
    std::string label = daily ? day_label(moment.date) : step >= minute ? printed("%02d:%02d", h, m) : printed("%02d:%02d:%02d", h, m, s);
    std::string now = daily ? year_label(moment.date) : day_label(moment.date) + " " + year_label(moment.date);
    ticks.push_back({at, std::move(label), now == context ? "" : now});
    context = std::move(now);
  }
  return ticks;
}

}  // namespace

std::vector<Tick> time_ticks(double low, double high, int wanted) {
  if (!(high > low)) return {};
  const double raw = (high - low) / std::max(wanted, 1);
  const auto fixed = std::ranges::find_if(fixed_steps, [&](double step) { return step >= raw; });
  if (fixed != fixed_steps.end()) return fixed_ticks(low, high, *fixed);
  const auto months = std::ranges::find_if(month_steps, [&](int step) { return step * month_length >= raw; });
  return month_ticks(low, high, months == month_steps.end() ? month_steps.back() : *months);
}

}  // namespace pipeline::stage::visualize
