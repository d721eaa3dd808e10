#include <algorithm>

#include "pipeline/data/series.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

Value to_value(const FrequencyGroup& group) {
  return Value::Map{{"word", group.word},
                    {"frequency", group.step.frequency},
                    {"step_ns", group.step.step_ns},
                    {"median_step_ns", group.step.median_step_ns}};
}

FrequencyGroup group_from(const Value& value) {
  return {.word = value.at("word").as_string(),
          .step = {.frequency = value.at("frequency").as_string(),
                   .step_ns = value.at("step_ns").as_int(),
                   .median_step_ns = value.at("median_step_ns").as_int()}};
}

}  // namespace

Value PanelInfo::to_value() const {
  Value out =
      Value::Map{{"series_column", series_column}, {"series", series}, {"scaled_by_series", scaled_by_series}, {"drop_short", drop_short}};
  if (groups.empty()) return out;
  Value::List list;
  for (const FrequencyGroup& group : groups) list.push_back(pipeline::to_value(group));
  out["groups"] = std::move(list);
  return out;
}

PanelInfo PanelInfo::from_value(const Value& value) {
  PanelInfo info{.series_column = value.at("series_column").as_string(),
                 .series = value.at("series").as_int(),
                 .scaled_by_series = value.at("scaled_by_series").as_bool(),
                 .drop_short = value.at("drop_short").as_bool()};
  if (const Value* groups = value.find("groups")) {
    for (const Value& group : groups->as_list()) info.groups.push_back(group_from(group));
  }
  if (info.series < 1) throw data_error("a panel has at least one series");
  return info;
}

std::int64_t PanelView::series_of(std::int64_t row) const {
  if (start.empty()) return 0;
  return std::ranges::upper_bound(start.first(start.size() - 1), row) - start.begin() - 1;
}

ColumnTransform PanelView::scaled_in(std::int64_t series, const ColumnTransform& column, std::size_t index, std::size_t columns) const {
  ColumnTransform out = column;
  if (scale.empty()) return out;
  const double* const of = scale.data() + 2 * (static_cast<std::size_t>(series) * columns + index);
  out.center = of[0];
  out.scale = of[1];
  return out;
}

}  // namespace pipeline
