#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pipeline {

inline constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
inline constexpr std::int64_t nanoseconds_per_day = 86'400 * nanoseconds_per_second;

/// Days since 1970-01-01 of a date of the Gregorian calendar, and back.
struct CivilDate {
  std::int64_t year = 1970;
  unsigned month = 1, day = 1;
};
[[nodiscard]] std::int64_t days_from_civil(CivilDate date);
[[nodiscard]] CivilDate civil_from_days(std::int64_t days);
[[nodiscard]] unsigned days_in_month(std::int64_t year, unsigned month);
/// 0 Monday ... 6 Sunday.
[[nodiscard]] int weekday(std::int64_t days);

/// Reads times as nanoseconds since 1970: UTC if the text has an offset, else as written.
class TimeParser {
 public:
  /// `format`: empty for ISO 8601 (date, date and time, fractions of a second, offset) and whole epoch seconds; "epoch", "epoch_ms",
  /// "epoch_us", "epoch_ns"; else a format of strptime.
  explicit TimeParser(std::string format);

  /// nullopt if the text is no such time or lies outside 1678 to 2261, the range of nanoseconds in 64 bits.
  [[nodiscard]] std::optional<std::int64_t> parse(std::string_view text);
  /// Whether the text that parse() read last had an offset.
  [[nodiscard]] bool had_offset() const { return had_offset_; }
  /// Why parse() refused a text. `advice` gives the end of the sentence where another format may be the cure.
  [[nodiscard]] std::string cure(std::string_view text, const std::function<std::string()>& advice) const;

 private:
  enum class Style { automatic, epoch, strptime };

  [[nodiscard]] std::optional<std::int64_t> parse_format(std::string_view text);

  std::string format_;
  Style style_ = Style::automatic;
  bool had_offset_ = false;
  std::int64_t epoch_unit_ = nanoseconds_per_second;
  std::string buffer_;          // strptime needs a null-terminated text
  char last_date_[10] = {};     // a cache: consecutive rows often have the same date
  std::int64_t last_days_ = 0;  // of last_date_
};

}  // namespace pipeline
