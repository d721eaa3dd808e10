#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/data/series.h"

namespace pipeline {

/// The days of a month at which steps of months may stand. Working days are Monday to Friday.
enum class MonthDay { same, last, first_business, last_business };

/// The step of a time axis. At most one of `step_ns`, `months` and `business_day` is set; none: irregular.
struct Frequency {
  std::int64_t step_ns = 0;
  int months = 0;
  MonthDay day = MonthDay::same;  ///< of steps of months
  bool business_day = false;

  /// "1h", "15min", "1d", "1w", "1mo", "business_day", "none", or a day of months: "month_end", "quarter_end", "year_end",
  /// "business_month_start", "business_month_end" and so on; Error (usage) otherwise.
  [[nodiscard]] static Frequency parse(const std::string& text);
  [[nodiscard]] std::string text() const;
  /// text() for people: "step 1h", "business month end".
  [[nodiscard]] std::string spoken() const;
  [[nodiscard]] bool irregular() const { return step_ns == 0 && months == 0 && !business_day; }
  /// Whether `later` may follow `earlier` without a gap. Where the first or last working day is a holiday, the next or the one before
  /// stands for it.
  [[nodiscard]] bool follows(std::int64_t earlier, std::int64_t later) const;
  /// The time `steps` steps after `time`; the frequency must not be irregular. "1mo" counts from `time` and keeps the day of the month, or
  /// takes the month's last: after the 30th of January follows the end of February, two months after it the 30th of March. Error (data)
  /// beyond the year 2262, where the times of 64 bits end.
  [[nodiscard]] std::int64_t after(std::int64_t time, std::int64_t steps) const;
};

/// The most common step, or business days, or calendar months at the day at which they stand; irregular for fewer than two times.
[[nodiscard]] Frequency infer_frequency(std::span<const std::int64_t> time);
/// The median step of an irregular axis, in nanoseconds; 0 for fewer than two times.
[[nodiscard]] std::int64_t median_step(std::span<const std::int64_t> time);
/// A duration as text for people: "1h", "2d 3h".
[[nodiscard]] std::string format_duration(std::int64_t nanoseconds);

/// The analysis of a time axis.
struct TimeAxis {
  Frequency frequency;
  std::int64_t rows = 0, gaps = 0;
  std::vector<Segment> segments;
};

/// Analyses the axis with `frequency` ("infer", "none", ...) and `gaps` (error | split | allow). `place(row)` names a row's file and line,
/// and `text(row)` its time, for the Error (data) about the first gap.
[[nodiscard]] TimeAxis understand_time(std::span<const std::int64_t> time, const std::string& frequency, const std::string& gaps,
                                       const std::function<std::string(std::int64_t)>& place,
                                       const std::function<std::string(std::int64_t)>& text);

}  // namespace pipeline
