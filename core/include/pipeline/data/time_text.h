#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "pipeline/data/series.h"
#include "pipeline/data/tier.h"
#include "pipeline/export.h"

namespace pipeline {

/// Formats the times of a series for output files: row numbers if the series has no time, UTC with "+00:00" if its times had offsets, else
/// as they were written; then dates only if every time is a whole day.
class PIPELINE_EXPORT TimeText {
 public:
  /// `times`: all known times. The series' step must be whole days too, as later times follow by that step.
  TimeText(const SeriesInfo& series, std::span<const std::int64_t> times);
  [[nodiscard]] std::string operator()(std::int64_t time) const;

 private:
  bool has_time_, utc_, dates_only_;
};

}  // namespace pipeline
