#include "times.h"

#include <charconv>
#include <chrono>

namespace pipeline::stage::visualize {

namespace {

/// Takes digits off the front of `text`, and the separator after them where one of `separators` follows.
bool take(std::string_view& text, int& value, std::string_view separators) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return true;
  if (separators.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<double> milliseconds_of(std::string_view text) {
  using namespace std::chrono;
  if (text.ends_with('Z')) text.remove_suffix(1);
  if (text.find('-', 1) == std::string_view::npos) return std::nullopt;
  int y = 0, m = 0, d = 0, hour = 0, minute = 0;
  if (!take(text, y, "-") || !take(text, m, "-") || !take(text, d, " T")) return std::nullopt;
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;
  double seconds = 0;
  if (!text.empty()) {
    if (!take(text, hour, ":") || !take(text, minute, ":")) return std::nullopt;
    if (!text.empty()) {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
      if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    }
  }
  const auto days_ms = static_cast<double>(duration_cast<milliseconds>(sys_days{date}.time_since_epoch()).count());
  return days_ms + (hour * 3600.0 + minute * 60.0 + seconds) * 1000.0;
}

}  // namespace pipeline::stage::visualize
