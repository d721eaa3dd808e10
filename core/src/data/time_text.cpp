#include "pipeline/data/time_text.h"

#include <algorithm>

#include "data/calendar.h"
#include "data/series_time.h"
#include "pipeline/data/format.h"

namespace pipeline {

namespace {

bool steps_are_days(const SeriesInfo& series) {
  const auto of_days = [](std::int64_t step) { return step % nanoseconds_per_day == 0; };
  if (!series.panel || series.panel->groups.empty()) return of_days(series.step_ns);
  return std::ranges::all_of(series.panel->groups, [&](const FrequencyGroup& group) { return of_days(group.step.step_ns); });
}

}  // namespace

TimeText::TimeText(const SeriesInfo& series, std::span<const std::int64_t> times)
    : has_time_(series.has_time),
      utc_(series.utc),
      dates_only_(!series.utc && steps_are_days(series) &&
                  std::ranges::all_of(times, [](std::int64_t time) { return time % nanoseconds_per_day == 0; })),
      zone_(zone_of(series)) {}

std::string TimeText::operator()(std::int64_t time) const {
  if (!has_time_) return std::to_string(time);
  if (zone_ && utc_) return local_text(*zone_, time, false);
  if (zone_ && !dates_only_) return local_text(*zone_, zone_->find(time).earlier, false);
  return format_time(time, dates_only_) + (utc_ ? "+00:00" : "");
}

}  // namespace pipeline
