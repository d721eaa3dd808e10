#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/data/tier.h"
#include "pipeline/export.h"
#include "pipeline/value.h"

namespace pipeline {

/// The rows of one season of a frequency ("1h", "business_day", "month_end", ...), as GluonTS counts them (gluonts.time_feature.
/// get_seasonality): a day of hours and minutes, an hour of seconds, a year of months and quarters, five business days; but a week of days.
/// 1 where a step does not divide its season, and for "none". Error (usage) for a text that is no frequency.
[[nodiscard]] PIPELINE_EXPORT std::int64_t season_length_of(const std::string& frequency);

/// The rows of one season of the series of each frequency group; one number where there are no groups. `setting`: a workflow's
/// season_length, "infer", a number, or a table by the words of frequency_column. Error (usage) for a table that does not fit the groups.
[[nodiscard]] PIPELINE_EXPORT std::vector<std::int64_t> season_lengths(const Value& setting, const SeriesInfo& info);

}  // namespace pipeline
