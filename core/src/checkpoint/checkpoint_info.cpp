#include "pipeline/train/checkpoint.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "checkpoint/panel_scales.h"
#include "pipeline/data/panel_scales.h"
#include "pipeline/data/slicing.h"
#include "pipeline/errors.h"
#include "pipeline/train/forecaster.h"

namespace pipeline {

namespace {

Value to_list(const std::vector<std::string>& items) { return Value::List(items.begin(), items.end()); }
Value to_list(const std::vector<std::int64_t>& items) { return Value::List(items.begin(), items.end()); }

std::vector<std::string> strings(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.as_list()) out.push_back(item.as_string());
  return out;
}

std::vector<std::int64_t> integers(const Value& list) {
  std::vector<std::int64_t> out;
  for (const Value& item : list.as_list()) out.push_back(item.as_int());
  return out;
}

/// Lists of the shape that most workflows leave empty, and their keys. An empty list is not written.
template <class T>
using ShapeList = std::pair<const char*, std::vector<T> ModelShape::*>;
constexpr std::array<ShapeList<std::string>, 2> name_lists{
    {{"future_names", &ModelShape::future_names}, {"static_names", &ModelShape::static_names}}};
constexpr std::array<ShapeList<std::int64_t>, 4> number_lists{{{"future_columns", &ModelShape::future_columns},
                                                               {"past_code_counts", &ModelShape::past_code_counts},
                                                               {"future_code_counts", &ModelShape::future_code_counts},
                                                               {"static_code_counts", &ModelShape::static_code_counts}}};

void write_lists(const ModelShape& shape, Value& out) {
  const auto write = [&](const auto& lists) {
    for (const auto& [key, list] : lists) {
      if (!(shape.*list).empty()) out[key] = to_list(shape.*list);
    }
  };
  write(name_lists);
  write(number_lists);
}

void read_lists(const Value& value, ModelShape& shape) {
  for (const auto& [key, list] : name_lists) {
    if (const Value* found = value.find(key)) shape.*list = strings(*found);
  }
  for (const auto& [key, list] : number_lists) {
    if (const Value* found = value.find(key)) shape.*list = integers(*found);
  }
}

/// Whether the lists agree with each other. No column has more words than rows.
bool lists_agree(const ModelShape& shape) {
  bool agree = shape.future_columns.size() == shape.future_names.size();
  for (const std::int64_t column : shape.future_columns) agree = agree && column >= -1 && column < shape.features;
  for (const auto* counts : {&shape.past_code_counts, &shape.future_code_counts, &shape.static_code_counts}) {
    for (const std::int64_t count : *counts) agree = agree && count > 0 && count <= most_rows;
  }
  return agree;
}

/// The features that are numbers.
std::vector<std::string> numbers_of(const SeriesInfo& series) {
  std::vector<std::string> out;
  std::ranges::copy_if(series.features, std::back_inserter(out), [&](const std::string& name) { return !series.is_word(name); });
  return out;
}

/// Checks that info from a file is consistent before it is used as an index.
void check(const CheckpointInfo& info) {
  const ModelShape& shape = info.shape;
  bool agrees = info.model_options.is_map() && info.window > 0 && info.horizon > 0 && shape.targets > 0 &&
                shape.target_columns.size() == shape.target_names.size() && lists_agree(shape);
  agrees = agrees && info.min_observed >= 0 && info.min_observed <= info.window;
  for (const std::int64_t column : shape.target_columns) agrees = agrees && column >= -1 && column < shape.features;
  if (info.series) {
    const SeriesInfo& series = *info.series;
    for (const auto& [word, rows] : info.horizons) agrees = agrees && rows > 0 && rows <= info.horizon;
    agrees = agrees && numbers_of(series) == shape.feature_names && series.targets == shape.target_names &&
             series.columns.size() >= series.features.size();
  }
  if (!agrees) throw training_error("its window, horizon, features and targets do not agree with each other");
}

}  // namespace

Value CheckpointInfo::to_value() const {
  Value out{Value::Map{{"model", model_type},
                       {"options", model_options},
                       {"window", window},
                       {"horizon", horizon},
                       {"window_norm", word_of(window_norm)},
                       {"features", to_list(shape.feature_names)},
                       {"targets", to_list(shape.target_names)},
                       {"target_columns", to_list(shape.target_columns)}}};
  write_lists(shape, out);
  for (const auto& [word, rows] : horizons) out["horizons"][word] = rows;
  if (min_observed > 0) out["padding"] = "left", out["min_observed"] = min_observed;
  if (series) out["series"] = series->to_value();
  if (!loss.type.empty()) out["loss"] = Value::Map{{"type", loss.type}, {"options", loss.options}};
  return out;
}

CheckpointInfo CheckpointInfo::from_value(const Value& value) {
  CheckpointInfo out;
  out.model_type = value.at("model").as_string();
  out.model_options = value.at("options");
  out.window = value.at("window").as_int();
  out.horizon = value.at("horizon").as_int();
  out.window_norm = parse_word<WindowNorm>("window_norm", value.at("window_norm").as_string());
  out.shape.window = out.window;
  out.shape.horizon = out.horizon;
  out.shape.feature_names = strings(value.at("features"));
  out.shape.target_names = strings(value.at("targets"));
  out.shape.target_columns = integers(value.at("target_columns"));
  out.shape.features = static_cast<std::int64_t>(out.shape.feature_names.size());
  out.shape.targets = static_cast<std::int64_t>(out.shape.target_names.size());
  read_lists(value, out.shape);
  if (const Value* horizons = value.find("horizons")) {
    for (const auto& [word, rows] : horizons->as_map()) out.horizons[word] = rows.as_int();
  }
  if (const Value* loss = value.find("loss")) out.loss = {loss->at("type").as_string(), loss->at("options")};
  if (const Value* least = value.find("min_observed")) out.min_observed = least->as_int();
  if (const Value* series = value.find("series")) out.series = SeriesInfo::from_value(*series);
  if (out.series && out.series->panel) out.shape.series = out.series->panel->series;
  check(out);
  return out;
}

CheckpointInfo CheckpointInfo::of(const std::string& model_type, Value options, const Windows& windows) {
  const ModelShape shape = shape_of(windows);
  CheckpointInfo info{.model_type = model_type,
                      .model_options = std::move(options),
                      .window = shape.window,
                      .horizon = shape.horizon,
                      .horizons = windows.info().horizons,
                      .min_observed = windows.info().min_observed,
                      .window_norm = windows.info().window_norm,
                      .shape = shape,
                      .series = {}};
  if (const Series* series = windows.series()) {
    info.series = series->info();
    if (series->info().panel) info.scales = panel_scales_of(*series);
  }
  return info;
}

}  // namespace pipeline
