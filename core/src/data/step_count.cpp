#include "data/step_count.h"

#include <algorithm>

#include "data/calendar.h"

namespace pipeline {
namespace {

std::int64_t floor_divided(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

}  // namespace

StepCount::StepCount(const SeriesInfo& info, std::optional<std::int64_t> group) {
  const TimeStep step = info.has_time ? info.step(group) : TimeStep{.frequency = "none", .median_step_ns = 1};
  frequency_ = Frequency::parse(step.frequency);
  if (frequency_.irregular()) frequency_.step_ns = std::max<std::int64_t>(step.median_step_ns, 1);
}

std::int64_t StepCount::index(std::int64_t time) const {
  if (frequency_.step_ns > 0) return floor_divided(time, frequency_.step_ns);
  const std::int64_t day = day_of(time);
  if (frequency_.months > 0) {
    const CivilDate date = civil_from_days(day);
    return floor_divided((date.year - 1970) * 12 + date.month - 1, frequency_.months);
  }
  const std::int64_t monday = day - weekday(day);
  return floor_divided(monday + 3, 7) * 5 + std::min<std::int64_t>(day - monday, 4);
}

}  // namespace pipeline
