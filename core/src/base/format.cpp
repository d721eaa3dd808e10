#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "pipeline/data/format.h"

namespace pipeline {

std::string format_time(std::int64_t nanoseconds, bool date_only) {
  using namespace std::chrono;
  const sys_time<std::chrono::nanoseconds> time{std::chrono::nanoseconds{nanoseconds}};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::array<char, 64> text{};
  int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                           static_cast<unsigned>(date.day()));
  const bool midnight = time == day;
  if (!(date_only && midnight)) {
    size += std::snprintf(text.data() + size, text.size() - static_cast<std::size_t>(size), " %02d:%02d:%02d",
                          static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                          static_cast<int>(clock.seconds().count()));
    if (const auto rest = clock.subseconds().count(); rest != 0) {
      size += std::snprintf(text.data() + size, text.size() - static_cast<std::size_t>(size), ".%09lld", static_cast<long long>(rest));
    }
  }
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string format_number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string format_short(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const double size = std::abs(value);
  std::array<char, 64> text{};
  if (size != 0 && (size < 1e-4 || size >= 1e9)) {
    std::snprintf(text.data(), text.size(), "%.3e", value);
  } else if (size >= 1000) {
    std::snprintf(text.data(), text.size(), "%.0f", value);
  } else {
    const int digits = size == 0 ? 3 : std::clamp(3 - static_cast<int>(std::floor(std::log10(size))), 0, 8);
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  }
  return text.data();
}

std::string format_count(std::int64_t value) {
  std::string text = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

}  // namespace pipeline
