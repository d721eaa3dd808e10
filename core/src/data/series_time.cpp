#include "data/series_time.h"

#include <array>
#include <cstdio>
#include <cstdlib>

#include "data/time_parser.h"
#include "pipeline/data/format.h"
#include "pipeline/data/time_text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

bool has_local_days(const SeriesInfo& series) {
  const Value* mark = series.source.is_map() ? series.source.find("local_days") : nullptr;
  return mark != nullptr && mark->as_bool();
}

}  // namespace

std::shared_ptr<const TimeZone> zone_of(const SeriesInfo& series) {
  const Value* zone = series.source.is_map() ? series.source.find("zone") : nullptr;
  return zone ? std::make_shared<const TimeZone>(TimeZone::from_value(*zone)) : nullptr;
}

std::string offset_text(std::int64_t east) {
  const std::int64_t size = std::abs(east);
  std::array<char, 32> text{};
  const auto part = [](std::int64_t number) { return static_cast<int>(number); };
  std::snprintf(text.data(), text.size(), size % 60 == 0 ? "%c%02d:%02d" : "%c%02d:%02d:%02d", east < 0 ? '-' : '+', part(size / 3'600),
                part(size / 60 % 60), part(size % 60));
  return text.data();
}

std::string local_text(const TimeZone& zone, std::int64_t utc, bool date_only) {
  const std::int64_t east = zone.offset_at(utc);
  return format_time(utc + east * nanoseconds_per_second, date_only) + offset_text(east);
}

std::string time_for_people(const SeriesInfo& series, std::int64_t time) {
  if (!series.has_time) return std::to_string(time);
  const auto zone = series.utc ? zone_of(series) : nullptr;
  return zone ? local_text(*zone, time, false) : format_time(time, true);
}

std::int64_t parse_time(std::string_view text, const SeriesInfo& series) {
  TimeParser parser({});
  const auto time = parser.parse(text);
  if (!time) return parse_time(text);  // which tells why not
  if (has_local_days(series) && parser.had_offset()) return *time + parser.offset() * nanoseconds_per_second;
  const auto zone = series.utc && !parser.had_offset() ? zone_of(series) : nullptr;
  return zone ? zone->find(*time).earlier : *time;
}

}  // namespace pipeline
