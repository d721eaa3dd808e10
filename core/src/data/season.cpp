#include "pipeline/data/season.h"

#include <string>

#include "data/calendar.h"
#include "data/time_axis.h"

namespace pipeline {

namespace {

std::int64_t whole_part(std::int64_t season, std::int64_t step) { return season % step == 0 ? season / step : 1; }

}  // namespace

std::int64_t season_length_of(const std::string& frequency) {
  constexpr std::int64_t minute = 60 * nanoseconds_per_second;
  const Frequency parsed = Frequency::parse(frequency);
  if (parsed.business_day) return 5;
  if (parsed.months > 0) return whole_part(12, parsed.months);
  const std::int64_t step = parsed.step_ns;
  if (step <= 0 || step % nanoseconds_per_second != 0) return 1;
  if (step % nanoseconds_per_day == 0) return whole_part(7 * nanoseconds_per_day, step);
  return whole_part(step % minute == 0 ? nanoseconds_per_day : nanoseconds_per_hour, step);
}

}  // namespace pipeline
