#include "data/panel_scaler.h"

#include <algorithm>

#include "data/scaler.h"

namespace pipeline {

FittedPanel fit_each_series(Scaler scaler, CleanTable& data, std::span<const TableSegment> training_rows,
                            const std::vector<ColumnTransform>& columns) {
  FittedPanel out;
  out.scale.reserve(2 * static_cast<std::size_t>(data.series_count()) * columns.size());
  out.constant.resize(columns.size());
  std::vector<ColumnTransform> fitted = columns;
  for (std::int64_t s = 0; s < data.series_count(); ++s) {
    const auto rows = std::ranges::equal_range(training_rows, s, {}, &TableSegment::series);
    if (rows.empty()) ++out.without_rows;
    for (const std::string& name : fit_scaler(scaler, data, {rows.begin(), rows.end()}, fitted)) {
      ++out.constant[static_cast<std::size_t>(std::ranges::find(fitted, name, &ColumnTransform::name) - fitted.begin())];
    }
    for (const ColumnTransform& column : fitted) {
      out.scale.push_back(column.center);
      out.scale.push_back(column.scale);
    }
  }
  return out;
}

std::vector<std::string> fit_columns_of_all(Scaler scaler, CleanTable& data, std::span<const TableSegment> training_rows,
                                            SeriesInfo& info) {
  std::vector<ColumnTransform> fitted = info.columns;
  std::vector<std::string> constant = fit_scaler(scaler, data, training_rows, fitted);
  for (std::size_t c = 0; c < fitted.size(); ++c) {
    if (scaled_by(info, c) == ScaledBy::all_series) {
      info.columns[c] = fitted[c];
    } else {
      std::erase(constant, fitted[c].name);
    }
  }
  return constant;
}

void share_scales(std::vector<double>& scale, const SeriesInfo& info) {
  const std::size_t columns = info.columns.size();
  for (std::size_t i = 0; i < scale.size() / 2; ++i) {
    if (scaled_by(info, i % columns) == ScaledBy::each_series) continue;
    scale[2 * i] = info.columns[i % columns].center;
    scale[2 * i + 1] = info.columns[i % columns].scale;
  }
}

bool any_scaled_by(const SeriesInfo& info, ScaledBy by) {
  for (std::size_t c = 0; c < info.columns.size(); ++c) {
    if (scaled_by(info, c) == by) return true;
  }
  return false;
}

std::vector<ColumnTransform> columns_in(std::int64_t series, const std::vector<ColumnTransform>& columns, const PanelView& panel) {
  std::vector<ColumnTransform> out;
  out.reserve(columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) out.push_back(panel.scaled_in(series, columns[c], c, columns.size()));
  return out;
}

}  // namespace pipeline
