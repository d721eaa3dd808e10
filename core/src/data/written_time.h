#pragma once

#include <cstdint>
#include <string_view>

/// The parts of times that all written forms share.
namespace pipeline {

/// Reads a text from left to right.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] char front() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip(std::size_t characters) { rest_.remove_prefix(characters); }
  void skip_spaces() {
    while (take(' ')) {
    }
  }
  /// Between `least` and `most` digits.
  bool digits(std::size_t least, std::size_t most, std::int64_t& out) {
    std::size_t n = 0;
    out = 0;
    for (; n < most && n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9'; ++n) out = out * 10 + (rest_[n] - '0');
    rest_.remove_prefix(n);
    return n >= least;
  }
  /// Digits after a decimal sign, as nanoseconds; digits after the ninth are ignored.
  bool fraction(std::int64_t& nanoseconds);
  /// "Z", "+08:00", "+0800" or "+08", in seconds east of UTC.
  bool offset(std::int64_t& east);

 private:
  std::string_view rest_;
};

/// A date and a time of day as they are written.
struct WrittenTime {
  std::int64_t days = 0;         ///< since 1970-01-01
  std::int64_t seconds = 0;      ///< of the day; 86,400 at 24:00, the next midnight, and 90,000 at 25:00
  std::int64_t nanoseconds = 0;  ///< of the second
  std::int64_t east = 0;         ///< the offset from UTC in seconds
  bool had_offset = false;
};

/// Whether a day has this time: to 23:59:60, or 24:00 and 25:00 exactly. Hour 25 is the last of a day on which clocks go back.
[[nodiscard]] bool is_time_of_day(std::int64_t hour, std::int64_t minute, std::int64_t second);

/// ISO 8601: "2016-07-01", "20160701", "2016-07", "2016-W26-5", each with a clock ("T07:30:15.25", " 7") and an offset.
[[nodiscard]] bool read_iso(std::string_view text, WrittenTime& out);
/// The clock alone: "07", "07:30", "07:30:15", "0730", "07:30:15.25".
[[nodiscard]] bool read_clock(std::string_view text, WrittenTime& out);

}  // namespace pipeline
