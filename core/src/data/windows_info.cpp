#include <algorithm>

#include "pipeline/data/windows.h"
#include "pipeline/errors.h"

namespace pipeline {

Value WindowsInfo::to_value() const {
  Value::List list;
  for (const WindowRange& r : range_file.empty() ? ranges : std::vector<WindowRange>()) {
    list.push_back(Value::Map{{"segment", r.segment},
                              {"split", split_names[static_cast<std::size_t>(r.split)]},
                              {"first", r.first},
                              {"count", r.count},
                              {"stride", r.stride}});
  }
  Value out =
      Value::Map{{"window", window}, {"horizon", horizon},           {"stride", stride},           {"window_norm", word_of(window_norm)},
                 {"series", series}, {"feature_file", feature_file}, {"target_file", target_file}, {"ranges", list}};
  if (!range_file.empty()) out["range_file"] = range_file;
  if (min_observed > 0) out["padding"] = "left", out["min_observed"] = min_observed;
  for (const auto& [word, rows] : horizons) out["horizons"][word] = rows;
  return out;
}

std::vector<std::int64_t> horizons_of_groups(const Horizons& horizons, const SeriesInfo& info) {
  std::vector<std::int64_t> out;
  if (horizons.empty()) return out;
  const std::size_t groups = info.panel ? info.panel->groups.size() : 0;
  for (std::size_t g = 0; g < groups; ++g) {
    const auto found = horizons.find(info.panel->groups[g].word);
    if (found != horizons.end()) out.push_back(found->second);
  }
  if (out.size() != groups || out.size() != horizons.size()) throw data_error("the horizons are not those of the series' frequencies");
  return out;
}

WindowsInfo WindowsInfo::from_value(const Value& value) {
  WindowsInfo info{.window = value.at("window").as_int(),
                   .horizon = value.at("horizon").as_int(),
                   .stride = value.at("stride").as_int(),
                   .min_observed = value.find("min_observed") ? value.at("min_observed").as_int() : 0,
                   .window_norm = parse_word<WindowNorm>("window_norm", value.at("window_norm").as_string()),
                   .series = value.at("series").as_string(),
                   .feature_file = value.at("feature_file").as_string(),
                   .target_file = value.at("target_file").as_string(),
                   .range_file = {},
                   .horizons = {},
                   .ranges = {}};
  if (const Value* file = value.find("range_file")) info.range_file = file->as_string();
  if (const Value* horizons = value.find("horizons")) {
    for (const auto& [word, rows] : horizons->as_map()) info.horizons[word] = rows.as_int();
  }
  if (info.window < 1 || info.horizon < 1) throw data_error("window and horizon must be at least 1");
  if (info.min_observed < 0 || info.min_observed > info.window) throw data_error("min_observed must be within the window");
  if (std::ranges::any_of(info.horizons, [&](const auto& of) { return of.second < 1 || of.second > info.horizon; }))
    throw data_error("the horizon of a frequency must be at least 1, and none is beyond the largest");
  for (const Value& r : value.at("ranges").as_list()) {
    info.ranges.push_back({.segment = r.at("segment").as_int(),
                           .split = parse_split(r.at("split").as_string()),
                           .first = r.at("first").as_int(),
                           .count = r.at("count").as_int(),
                           .stride = r.at("stride").as_int()});
  }
  return info;
}

}  // namespace pipeline
