#pragma once

#include <cstdint>
#include <optional>

#include "data/time_axis.h"
#include "pipeline/data/series.h"

namespace pipeline {

/// Counts the steps of a time axis since 1970, so that cycles of steps line up across series. Row numbers count as they are, and an
/// irregular axis by its median step.
class StepCount {
 public:
  /// `group`: the frequency group of the series whose steps are counted, where there are some.
  explicit StepCount(const SeriesInfo& info, std::optional<std::int64_t> group = {});
  /// `time`: nanoseconds since 1970, or a row number.
  [[nodiscard]] std::int64_t index(std::int64_t time) const;

 private:
  Frequency frequency_;
};

}  // namespace pipeline
