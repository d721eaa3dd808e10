#include "data/time_names.h"

#include <algorithm>
#include <cctype>

namespace pipeline {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> ends) {
  const std::string small = lower(name);
  return std::ranges::any_of(ends, [&](std::string_view end) { return small.ends_with(end); });
}

}  // namespace

bool is_named(std::string_view name, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, lower(name)) != words.end();
}

bool mentions(std::string_view name, std::initializer_list<std::string_view> words) {
  const std::string small = lower(name);
  return std::ranges::any_of(words, [&](std::string_view word) { return small.find(word) != std::string::npos; });
}

bool is_date_name(std::string_view name) { return is_named(name, {"day", "ds", "tag"}) || mentions(name, {"date", "datum"}); }

bool is_clock_name(std::string_view name) {
  return is_named(name, {"he", "hr", "h", "time", "von", "anfang"}) || mentions(name, {"hour", "stunde", "uhrzeit", "start time"});
}

bool is_time_name(std::string_view name) {
  return is_date_name(name) || is_sure_time_name(name) || mentions(name, {"year", "quarter", "week"});
}

bool is_sure_time_name(std::string_view name) {
  const bool is_date = is_named(name, {"day", "ds", "tag"}) || lower(name).starts_with("date") || ends_with_any(name, {"date", "datum"});
  return is_date || is_named(name, {"time", "datetime", "month", "period", "epoch", "unix", "ts", "zeit"}) || mentions(name, {"timestamp"});
}

bool is_part_of_time_name(std::string_view name) {
  return is_named(name, {"hr",  "hour",   "hours",   "he",  "minute", "month", "mnth",   "mon",   "week",  "weekday",  "dow",
                         "day", "period", "quarter", "qtr", "yr",     "year",  "stunde", "monat", "woche", "wochentag"}) ||
         ends_with_any(name, {"_hour", "_period", "_month", "_week", "_day", " hour", " period", " month", " week"});
}

bool is_id_name(std::string_view name) {
  if (name.size() > 2 && (name.ends_with("Id") || name.ends_with("ID"))) return true;
  return is_series_name(name) || is_named(name, {"uid",        "item",     "store",    "shop",    "sku",     "site", "station",  "sensor",
                                                 "meter",      "product",  "region",   "country", "code",    "key",  "group",    "dept",
                                                 "department", "family",   "category", "cluster", "plant",   "unit", "location", "zone",
                                                 "area",       "customer", "client",   "line",    "machine", "node", "asset"}) ||
         ends_with_any(name, {"_id", " id", "_nbr", "_no", "_num", "_number", "_code", "_key", "_item", "_store"});
}

bool is_series_name(std::string_view name) { return is_named(name, {"unique_id", "id", "series", "series_id", "item_id"}); }

}  // namespace pipeline
