#pragma once

#include <cstdint>
#include <string>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"

namespace pipeline {

/// Steps in a season of a series, by its frequency (SeriesInfo::frequency): 12 months or 4 quarters, 7 days, 5 business days, the hours or
/// minutes of a day, the seconds of an hour. Steps of several units have as many fewer: 96 for "15min". 1 where the season is no whole
/// number of steps, for weeks, years, shorter steps than a second, and irregular times ("none"). Error (usage) for a text that is no
/// frequency. Source: the table of GluonTS 0.16 (gluonts.time_feature.get_seasonality), which has 1 for days.
[[nodiscard]] PIPELINE_EXPORT std::int64_t season_length_of(const std::string& frequency);

}  // namespace pipeline
