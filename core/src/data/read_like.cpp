#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "data/panel_scaler.h"
#include "data/read_clean.h"
#include "data/scaled_value.h"
#include "data/series_time.h"
#include "pipeline/data/prepare.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// The rows that an unknown series is scaled by: those before its forecasts.
std::vector<TableSegment> history_rows(const CleanTable& data, const InputReading& panel) {
  std::vector<TableSegment> out;
  std::vector<std::int64_t> time;
  for (std::int64_t s = 0; s < data.series_count(); ++s) {
    time.clear();
    for (const TableSegment& segment : data.segments_of(s)) {
      const auto times = data.table.time().subspan(static_cast<std::size_t>(segment.first + data.lead),
                                                   static_cast<std::size_t>(segment.count - data.lead));
      time.insert(time.end(), times.begin(), times.end());
    }
    std::int64_t left = panel.history ? panel.history(time) : std::ssize(time);
    for (const TableSegment& segment : data.segments_of(s)) {
      const std::int64_t rows = std::min(left, segment.count - data.lead);
      if (rows > 0) out.push_back({{segment.first + data.lead, rows}, s});
      left -= rows;
    }
  }
  return out;
}

/// [ids, columns, 2]: the training's scales of the series that it knows, and of any other one those of its own rows.
std::vector<double> scales_of(CleanTable& data, const SeriesInfo& info, const InputReading& panel) {
  std::vector<double> scale =
      fit_each_series(parse_word<Scaler>("scaler", info.columns.front().scaler), data, history_rows(data, panel), info.columns).scale;
  const std::size_t numbers = 2 * info.columns.size();
  std::unordered_map<std::string_view, std::size_t> known;
  for (std::size_t i = 0; panel.scales && i < panel.scales->ids.size(); ++i) known.emplace(panel.scales->ids[i], i);
  for (std::size_t s = 0; s < data.ids.size(); ++s) {
    if (const auto found = known.find(data.ids[s]); found != known.end())
      std::copy_n(panel.scales->scale.begin() + static_cast<std::ptrdiff_t>(found->second * numbers), numbers,
                  scale.begin() + static_cast<std::ptrdiff_t>(s * numbers));
  }
  for (std::size_t i = 0; i < scale.size(); i += 2) {
    if (std::isfinite(scale[i])) continue;
    throw data_error("series \"" + data.ids[i / numbers] + "\": the training did not know it, and column \"" +
                     info.columns[i % numbers / 2].name +
                     "\" has no value by which it could be scaled: give its past, or leave the series out");
  }
  return scale;
}

}  // namespace

PreparedInput read_like(const std::filesystem::path& csv, const SeriesInfo& info, const InputReading& panel) {
  CleanTable data = read_clean({.files = {csv},
                                .frequency = info.has_time ? info.frequency : "none",  // "" of a panel of several frequencies
                                .required = info.features.size(),
                                .scratch = std::filesystem::temp_directory_path(),
                                .all_series = false,
                                .zone = zone_of(info),
                                .cancel = nullptr},
                               info);
  fill_missing(data, info.source.at("missing").as_string(), {}, std::filesystem::temp_directory_path());
  const std::size_t columns = info.columns.size();
  PreparedInput out;
  out.utc = data.table.utc();
  out.segments = data.series_segments();
  if (info.panel) {
    out.series_start = data.series_start();
    if (info.panel->scaled_by_series) out.scale = scales_of(data, info, panel);
    out.ids = data.ids;
    out.group = data.group_of;
  }
  std::vector<ColumnTransform> scaled = info.columns;
  std::int64_t scaled_for = out.scale.empty() ? 0 : -1;
  data.for_rows([&](std::int64_t row, std::int64_t, std::int64_t series) {
    if (!out.scale.empty() && series != scaled_for) scaled = columns_in(scaled_for = series, info.columns, out.panel());
    const double* const level = data.table.row(row);
    const double* const previous = data.lead > 0 ? level - columns : level;
    for (std::size_t c = 0; c < columns; ++c) {
      out.values.push_back(static_cast<float>(scaled_value(data, scaled[c], level[c], previous[c], row)));
      const bool filled = data.observed && data.observed->data()[static_cast<std::size_t>(row) * columns + c] == 0;
      out.observed.push_back(filled || std::isnan(level[c]) ? 0 : 1);
    }
    for (const std::int64_t t : info.target_columns) out.targets.push_back(level[t]);
    out.time.push_back(data.table.time()[static_cast<std::size_t>(row)]);
  });
  return out;
}

}  // namespace pipeline
