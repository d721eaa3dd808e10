#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "data/calendar.h"
#include "data/time_format.h"
#include "data/written_time.h"

namespace pipeline {

/// Why a text is no time: its form, or its year, which nanoseconds in 64 bits cannot tell, or an hour 25 without a time zone.
enum class NoTime { form, range, hour_25 };

/// Reads times as nanoseconds since 1970: UTC if the text has an offset, else as written. Whatever the form, "24:00" is the next midnight,
/// a date alone among dates with clocks is its midnight, and an interval "a - b" (or ISO 8601's a/b) is its start.
class TimeParser {
 public:
  /// `format`: empty for ISO 8601 (date, week, date and time, fractions of a second, offset) and whole epoch seconds; "epoch", "epoch_ms",
  /// "epoch_us", "epoch_ns"; "excel", days since 1899-12-30; else a format of TimeFormat. Error (usage) for one that it does not know.
  explicit TimeParser(std::string format);

  /// nullopt if the text is no such time or lies outside 1678 to 2261, the range of nanoseconds in 64 bits.
  [[nodiscard]] std::optional<std::int64_t> parse(std::string_view text);
  /// Takes hour 25 too, as the 26th hour from midnight on: for data with a time zone.
  void allow_hour_25() { hour_25_ = true; }

  /// Whether the text that parse() read last had an offset, and how many seconds east of UTC.
  [[nodiscard]] bool had_offset() const { return written_.had_offset; }
  [[nodiscard]] std::int64_t offset() const { return written_.east; }
  /// The second of the day that parse() read last, 86,400 or more for hours 24 and 25; negative for counts since 1970.
  [[nodiscard]] std::int64_t second_of_day() const { return written_.seconds; }
  /// Why parse() refused the last text.
  [[nodiscard]] NoTime refusal() const { return refusal_; }
  /// The sentence for it. `advice` gives its end where another format may be the cure.
  [[nodiscard]] std::string cure(std::string_view text, const std::function<std::string()>& advice) const;

 private:
  enum class Style { automatic, epoch, excel, format };

  [[nodiscard]] std::optional<std::int64_t> parse_count(std::string_view text);
  [[nodiscard]] bool read(std::string_view text);
  [[nodiscard]] bool read_form(std::string_view text);
  [[nodiscard]] bool read_interval(std::string_view text, std::string_view separator);
  [[nodiscard]] bool read_end(std::string_view text) const;
  [[nodiscard]] std::optional<std::int64_t> join();

  std::string format_;
  Style style_ = Style::automatic;
  std::optional<TimeFormat> written_as_, date_alone_, clock_alone_;  // of Style::format
  std::int64_t epoch_unit_ = nanoseconds_per_second;
  bool hour_25_ = false;
  WrittenTime written_;
  NoTime refusal_ = NoTime::form;
  char last_date_[10] = {};     // a cache: consecutive rows often have the same date
  std::int64_t last_days_ = 0;  // of last_date_
};

}  // namespace pipeline
