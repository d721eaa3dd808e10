#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "data/time_zone.h"
#include "pipeline/data/series.h"

/// The times of a series as its workflow's time_zone tells them.
namespace pipeline {

/// The zone of a series, from its `source`; null: none is named.
[[nodiscard]] std::shared_ptr<const TimeZone> zone_of(const SeriesInfo& series);
/// "2023-10-29 02:00:00+01:00".
[[nodiscard]] std::string local_text(const TimeZone& zone, std::int64_t utc, bool date_only);
/// "+01:00", of seconds east of UTC.
[[nodiscard]] std::string offset_text(std::int64_t east);

}  // namespace pipeline
