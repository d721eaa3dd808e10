#include "pipeline/train/checkpoint.h"

#include <utility>

#include "checkpoint/panel_scales.h"
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

/// Checks that info from a file is consistent before it is used as an index.
void check(const CheckpointInfo& info) {
  const ModelShape& shape = info.shape;
  bool agrees = info.model_options.is_map() && info.window > 0 && info.horizon > 0 && shape.targets > 0 &&
                shape.target_columns.size() == shape.target_names.size();
  for (const std::int64_t column : shape.target_columns) agrees = agrees && column >= -1 && column < shape.features;
  if (info.series) {
    const SeriesInfo& series = *info.series;
    for (const auto& [word, rows] : info.horizons) agrees = agrees && rows > 0 && rows <= info.horizon;
    agrees = agrees && series.features == shape.feature_names && series.targets == shape.target_names &&
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
  for (const auto& [word, rows] : horizons) out["horizons"][word] = rows;
  if (series) out["series"] = series->to_value();
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
  if (const Value* horizons = value.find("horizons")) {
    for (const auto& [word, rows] : horizons->as_map()) out.horizons[word] = rows.as_int();
  }
  if (const Value* series = value.find("series")) out.series = SeriesInfo::from_value(*series);
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
                      .window_norm = windows.info().window_norm,
                      .shape = shape,
                      .series = {}};
  if (const Series* series = windows.series()) {
    info.series = series->info();
    if (series->info().panel && series->info().panel->scaled_by_series) info.scales = panel_scales_of(*series);
  }
  return info;
}

}  // namespace pipeline
