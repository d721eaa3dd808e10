#include <algorithm>

#include "data/time_axis.h"
#include "data/time_parser.h"
#include "pipeline/data/series.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

template <class T>
Value list_of(const std::vector<T>& items) {
  Value::List out;
  for (const T& item : items) out.emplace_back(item);
  return out;
}

std::vector<std::string> strings(const Value& value) {
  std::vector<std::string> out;
  for (const Value& v : value.as_list()) out.push_back(v.as_string());
  return out;
}

}  // namespace

Value SeriesInfo::to_value() const {
  Value::List column_list, fixed_list, segment_list, ends;
  for (const ColumnTransform& c : columns) column_list.push_back(c.to_value());
  for (const ColumnTransform& c : fixed) fixed_list.push_back(c.to_value());
  for (const Segment& s : segments) segment_list.push_back(Value::List{s.first, s.count});
  for (const std::int64_t end : split_end) ends.emplace_back(end);
  if (calibration_end > 0) ends.insert(ends.begin() + 2, calibration_end);
  Value out = Value::Map{{"features", list_of(features)},
                         {"targets", list_of(targets)},
                         {"columns", column_list},
                         {"target_columns", list_of(target_columns)},
                         {"frequency", frequency},
                         {"step_ns", step_ns},
                         {"median_step_ns", median_step_ns},
                         {"time_name", time_name},
                         {"has_time", has_time},
                         {"segments", segment_list},
                         {"split_end", ends},
                         {"source", source}};
  if (utc) out["utc"] = true;
  if (!known_future.empty()) out["known_future"] = list_of(known_future);
  if (!fixed.empty()) out["fixed"] = fixed_list;
  if (!fixed_words.empty()) out["fixed_words"] = list_of(fixed_words);
  for (const auto& [name, known] : words) out["words"][name] = list_of(known);
  if (panel) out["panel"] = panel->to_value();
  return out;
}

SeriesInfo SeriesInfo::from_value(const Value& value) {
  SeriesInfo info;
  info.features = strings(value.at("features"));
  info.targets = strings(value.at("targets"));
  for (const Value& v : value.at("columns").as_list()) info.columns.push_back(ColumnTransform::from_value(v));
  for (const Value& v : value.at("target_columns").as_list()) info.target_columns.push_back(v.as_int());
  info.frequency = value.at("frequency").as_string();
  info.step_ns = value.at("step_ns").as_int();
  info.median_step_ns = value.at("median_step_ns").as_int();
  info.time_name = value.at("time_name").as_string();
  info.has_time = value.at("has_time").as_bool();
  if (const Value* utc = value.find("utc")) info.utc = utc->as_bool();
  if (const Value* known = value.find("known_future")) info.known_future = strings(*known);
  if (const Value* fixed = value.find("fixed")) {
    for (const Value& v : fixed->as_list()) info.fixed.push_back(ColumnTransform::from_value(v));
  }
  if (const Value* names = value.find("fixed_words")) info.fixed_words = strings(*names);
  if (const Value* words = value.find("words")) {
    for (const auto& [name, known] : words->as_map()) info.words[name] = strings(known);
  }
  if (const Value* panel = value.find("panel")) info.panel = PanelInfo::from_value(*panel);
  for (const Value& v : value.at("segments").as_list()) {
    const Value::List& pair = v.as_list();
    if (pair.size() != 2) throw data_error("a segment of a series has a first row and a count");
    info.segments.push_back({pair[0].as_int(), pair[1].as_int()});
  }
  const Value::List& ends = value.at("split_end").as_list();
  if (ends.size() != 3 && ends.size() != 4) throw data_error("split_end of a series has three rows, or four with calibration");
  info.split_end = {ends[0].as_int(), ends[1].as_int(), ends.back().as_int()};
  if (ends.size() == 4) info.calibration_end = ends[2].as_int();
  info.source = value.at("source");
  if (info.target_columns.size() != info.targets.size()) throw data_error("each target of a series has a column");
  for (const std::int64_t c : info.target_columns) {
    if (c < 0 || c >= static_cast<std::int64_t>(info.columns.size())) throw data_error("a target of a series has no column");
  }
  return info;
}

std::int64_t SeriesInfo::column(std::string_view name) const {
  const auto found = std::ranges::find(columns, name, &ColumnTransform::name);
  return found == columns.end() ? -1 : found - columns.begin();
}

TimeStep SeriesInfo::step(std::optional<std::int64_t> group) const {
  if (!panel || panel->groups.empty()) return {.frequency = frequency, .step_ns = step_ns, .median_step_ns = median_step_ns};
  if (!group) throw Error(ExitStatus::unexpected, "the series have several frequencies, and none of these was chosen");
  return panel->groups.at(static_cast<std::size_t>(*group)).step;
}

std::vector<std::int64_t> future_times(std::int64_t last, std::int64_t count, const SeriesInfo& info, std::optional<std::int64_t> group) {
  Frequency frequency{.step_ns = 1};  // row numbers
  if (info.has_time) {
    const TimeStep step = info.step(group);
    frequency = Frequency::parse(step.frequency);
    if (frequency.irregular()) frequency.step_ns = step.median_step_ns;
  }
  std::vector<std::int64_t> out;
  for (std::int64_t i = 1; i <= count; ++i) out.push_back(frequency.after(last, i));
  return out;
}

std::int64_t parse_time(std::string_view text) {
  if (const auto time = TimeParser({}).parse(text)) return *time;
  throw usage_error("\"" + std::string(text) + "\" is no time; write it as 2016-07-01 or \"2016-07-01 00:00:00\"");
}

}  // namespace pipeline
