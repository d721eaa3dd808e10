#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "pipeline/data/series.h"
#include "pipeline/data/tier.h"
#include "pipeline/export.h"

namespace pipeline {

/// Times of a series as written files show them: dates alone where every time is a whole day, row numbers where there is no time.
class PIPELINE_EXPORT TimeText {
 public:
  /// `times`: all that are known. The step counts too, since times past the last known one are written by it.
  TimeText(const SeriesInfo& series, std::span<const std::int64_t> times);
  [[nodiscard]] std::string operator()(std::int64_t time) const;

 private:
  bool has_time_, dates_only_;
};

}  // namespace pipeline
