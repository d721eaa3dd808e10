#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/data/series.h"
#include "pipeline/data/tier.h"
#include "pipeline/export.h"

namespace pipeline {

class TimeZone;

/// Formats the times of a series for output files: row numbers if the series has no time; local times with their offset if a time zone is
/// named; UTC with "+00:00" if the times had offsets; else as they were written. Dates only if every time as written is a whole day.
class PIPELINE_EXPORT TimeText {
 public:
  /// `times`: all known times. The series' step must be whole days too, as later times follow by that step.
  TimeText(const SeriesInfo& series, std::span<const std::int64_t> times);
  [[nodiscard]] std::string operator()(std::int64_t time) const;

 private:
  bool has_time_, utc_, dates_only_;
  std::shared_ptr<const TimeZone> zone_;  // null: none is named
};

/// A time of a series for messages: local with its offset if a time zone is named.
[[nodiscard]] PIPELINE_EXPORT std::string time_for_people(const SeriesInfo& series, std::int64_t time);
/// A time that a user writes (ISO 8601) in the unit of a series' times; without an offset it is local where the series has a time zone.
/// Error (usage) for any other text.
[[nodiscard]] PIPELINE_EXPORT std::int64_t parse_time(std::string_view text, const SeriesInfo& series);

}  // namespace pipeline
