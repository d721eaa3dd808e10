#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "data/feature_chain.h"
#include "data/future_rows.h"
#include "data/panel_scaler.h"
#include "data/read_clean.h"
#include "data/scaled_value.h"
#include "data/series_plan.h"
#include "data/series_time.h"
#include "data/static_columns.h"
#include "pipeline/data/prepare.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

std::vector<std::string> static_names(const SeriesInfo& info) {
  std::vector<std::string> names = info.fixed_words;
  for (const ColumnTransform& column : info.fixed) names.push_back(column.name);
  return names;
}

/// The rows that an unknown series is scaled by: those before its forecasts, without `after` rows at its end.
std::vector<TableSegment> history_rows(const CleanTable& data, std::int64_t after, const InputReading& panel) {
  std::vector<TableSegment> out;
  std::vector<std::int64_t> time;
  for (std::int64_t s = 0; s < data.series_count(); ++s) {
    time.clear();
    for (const TableSegment& segment : data.segments_of(s)) {
      const auto times = data.table.time().subspan(static_cast<std::size_t>(segment.first + data.lead),
                                                   static_cast<std::size_t>(segment.count - data.lead));
      time.insert(time.end(), times.begin(), times.end());
    }
    if (!time.empty()) time.resize(time.size() - static_cast<std::size_t>(after));
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
  const std::string& scaler = info.columns[static_cast<std::size_t>(info.target_columns.front())].scaler;
  const std::int64_t after = info.known_future.empty() ? 0 : panel.horizon;
  std::vector<double> scale =
      fit_each_series(parse_word<Scaler>("scaler", scaler), data, history_rows(data, after, panel), info.columns).scale;
  share_scales(scale, info);
  const std::size_t numbers = 2 * info.columns.size();
  std::unordered_map<std::string_view, std::size_t> known;
  for (std::size_t i = 0; panel.scales && i < panel.scales->ids.size(); ++i) known.emplace(panel.scales->ids[i], i);
  for (std::size_t s = 0; s < data.ids.size(); ++s) {
    if (const auto found = known.find(data.ids[s]); found != known.end())
      std::copy_n(panel.scales->scale.begin() + static_cast<std::ptrdiff_t>(found->second * numbers), numbers,
                  scale.begin() + static_cast<std::ptrdiff_t>(s * numbers));
  }
  for (std::size_t i = 0; i < scale.size(); i += 2) {
    if (std::isfinite(scale[i]) || !is_forecast(panel, data.ids[i / numbers])) continue;
    throw data_error("series \"" + data.ids[i / numbers] + "\": the training did not know it, and column \"" +
                     info.columns[i % numbers / 2].name +
                     "\" has no value by which it could be scaled: give its past, or leave the series out");
  }
  return scale;
}

/// Takes rows of `columns` numbers for some of the series; the others keep zeros, which nothing reads.
template <class T>
void spread(const std::vector<T>& from, const std::vector<std::size_t>& series, std::size_t columns, std::size_t all, std::vector<T>& to) {
  to.assign(all * columns, T{});
  for (std::size_t i = 0; i < series.size(); ++i) {
    const auto row = from.begin() + static_cast<std::ptrdiff_t>(i * columns);
    std::copy_n(row, columns, to.begin() + static_cast<std::ptrdiff_t>(series[i] * columns));
  }
}

/// The numbers of the series that are forecast.
std::vector<std::size_t> series_of(const std::vector<std::string>& ids, const InputReading& how) {
  std::vector<std::size_t> out;
  for (std::size_t s = 0; s < ids.size(); ++s) {
    if (is_forecast(how, ids[s])) out.push_back(s);
  }
  return out;
}

/// The columns that are fixed in a series, as the training knew them.
void take_static_of_training(const std::filesystem::path& csv, const SeriesInfo& info, const InputReading& how, PreparedInput& out) {
  std::unordered_map<std::string_view, std::size_t> known;
  for (std::size_t i = 0; how.scales && i < how.scales->ids.size(); ++i) known.emplace(how.scales->ids[i], i);
  std::vector<float> numbers;
  std::vector<std::int32_t> codes;
  const std::vector<std::size_t> series = series_of(out.ids, how);
  for (const std::size_t s : series) {
    const std::string& id = out.ids[s];
    const auto found = known.find(id);
    if (found == known.end())
      throw data_error(csv.string() + ": series \"" + id + "\": the training did not know it, and the file has no column " +
                       join_names(static_names(info)) + ", which the model reads: add it, or leave the series out");
    const auto copy = [&](const auto& from, std::size_t columns, auto& to) {
      const auto begin = from.begin() + static_cast<std::ptrdiff_t>(found->second * columns);
      to.insert(to.end(), begin, begin + static_cast<std::ptrdiff_t>(columns));
    };
    copy(how.scales->fixed, info.fixed.size(), numbers);
    copy(how.scales->fixed_codes, info.fixed_words.size(), codes);
  }
  spread(numbers, series, info.fixed.size(), out.ids.size(), out.fixed);
  spread(codes, series, info.fixed_words.size(), out.ids.size(), out.fixed_codes);
}

FeatureChain chain_of(const SeriesInfo& info, const Registry* registry) {
  const Value* made = info.source.find("made");
  return made ? FeatureChain::from_value(*made, registry) : FeatureChain();
}

/// The segments in rows of the series, without the rows that were appended to each series.
std::vector<Segment> segments_before(const CleanTable& data, std::int64_t appended) {
  std::vector<Segment> out = data.series_segments();
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i + 1 == out.size() || data.segments[i + 1].series != data.segments[i].series) out[i].count -= appended;
  }
  return out;
}

/// Error (data) with file and line for a value that is too large when it is scaled. Differences are seen when they are made.
void require_scaled(const CleanTable& data, const std::vector<ColumnTransform>& columns) {
  data.for_rows([&](std::int64_t row, std::int64_t, std::int64_t) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (!columns[c].is_difference()) static_cast<void>(scaled_value(data, columns[c], data.table.row(row)[c], 0, row));
    }
  });
}

/// Adds the rows of a second file to those known ahead. Series that the first file does not have are passed over.
void add_future_file(FutureRows& ahead, const std::filesystem::path& file, CleanTable& data, const SeriesInfo& info) {
  const std::string option = "--future " + file.string() + ": ";
  if (ahead.columns().empty()) throw usage_error(option + "the model reads no column that is known ahead; leave it out");
  if (!takes_second_file(info))
    throw usage_error(option +
                      "the training's file was resampled, or has a column for each series: add the rows that are known ahead to "
                      "the input, with empty targets");
  SeriesInfo known = info;
  known.features.clear(), known.targets.clear(), known.target_columns.clear(), known.columns.clear();
  for (const std::string& name : ahead.columns()) known.columns.push_back({.name = name});
  known.source["gaps"] = "allow";
  known.source["missing"] = "forward_fill";  // here a missing value stays missing
  known.source.as_map().erase("frequency_column");
  if (known.panel) known.panel->groups.clear();
  CleanTable rows = read_clean({.files = {file},
                                .frequency = "none",
                                .required = known.columns.size(),
                                .scratch = std::filesystem::temp_directory_path(),
                                .learn_words = false,
                                .all_series = false,
                                .zone = zone_of(info),
                                .cancel = nullptr},
                               known);
  std::vector<ColumnTransform> as_trained;
  for (const std::string& name : ahead.columns()) {
    const std::int64_t column = info.column(name);
    as_trained.push_back(column < 0 ? ColumnTransform{.name = name} : info.columns[static_cast<std::size_t>(column)]);
  }
  require_positive(rows, as_trained);
  require_scaled(rows, as_trained);
  if (info.has_time && rows.table.utc() != data.table.utc())
    throw data_error(option + "its times have " + (rows.table.utc() ? "offsets" : "no offsets") + ", and those of the input have " +
                     (rows.table.utc() ? "none" : "some") + "; write both in one way");
  std::unordered_map<std::string_view, std::int64_t> numbers;
  for (std::size_t s = 0; s < data.ids.size(); ++s) numbers.emplace(data.ids[s], static_cast<std::int64_t>(s));
  std::vector<std::int64_t> series{0};
  if (!rows.ids.empty()) {
    series.clear();
    for (const std::string& id : rows.ids) {
      const auto found = numbers.find(id);
      series.push_back(found == numbers.end() ? -1 : found->second);
    }
  }
  // Without times the rows go on from those of the first file.
  ahead.add_all(rows, series, info.has_time ? std::span<const std::int64_t>() : ahead.ends());
}

/// The columns that are fixed in a series: those of the file where it has them, else those of the training.
void read_static_of(const std::filesystem::path& csv, const SeriesInfo& info, const InputReading& how, PreparedInput& out) {
  if (info.fixed.empty() && info.fixed_words.empty()) return;
  const CsvFormat format = CsvFormat::from_source(info.source);
  const CsvFile file(csv, format);
  // A wide file has a column for each series, and no place for what is fixed in one.
  const bool has_all = info.source.find("series_column") &&
                       std::ranges::all_of(info.fixed, [&](const ColumnTransform& c) { return file.has(c.name); }) &&
                       std::ranges::all_of(info.fixed_words, [&](const std::string& name) { return file.has(name); });
  if (!has_all) return take_static_of_training(csv, info, how, out);
  SeriesInfo known = info;
  std::vector<std::string> series_columns;
  if (const Value* names = info.source.find("series_column")) {
    for (const Value& name : names->as_list()) series_columns.push_back(name.as_string());
  }
  const std::vector<std::size_t> series = series_of(out.ids, how);
  std::vector<std::string> ids;
  for (const std::size_t s : series) ids.push_back(out.ids[s]);
  const StaticColumns columns =
      read_static_columns({.files = {csv}, .format = format, .series_columns = series_columns, .ids = ids}, known, false);
  require_static_numbers(columns, info, ids, csv.string());
  spread(scaled_static(columns, info), series, info.fixed.size(), out.ids.size(), out.fixed);
  spread(columns.codes, series, info.fixed_words.size(), out.ids.size(), out.fixed_codes);
}

}  // namespace

PreparedInput read_like(const std::filesystem::path& csv, const SeriesInfo& info, const InputReading& how) {
  const std::filesystem::path scratch = std::filesystem::temp_directory_path();
  const FeatureChain chain = chain_of(info, how.registry);
  SeriesInfo of_file = with_columns_read(without_made_columns(info, chain.columns()), chain.reads());
  for (auto& [column, words] : chain.one_hot_words()) of_file.words[column] = words;  // others are unknown here too
  FutureRows ahead(known_in_file(of_file));
  CleanTable data = read_clean({.files = {csv},
                                .frequency = info.has_time ? info.frequency : "none",  // "" of a panel of several frequencies
                                .required = columns_of_inputs(of_file),
                                .scratch = scratch,
                                .future = ahead.columns().empty() ? nullptr : &ahead,
                                .without_targets = how.future.empty() ? how.horizon : 0,
                                .learn_words = false,
                                .all_series = false,
                                .zone = zone_of(info),
                                .cancel = nullptr},
                               of_file);
  if (!how.future.empty()) add_future_file(ahead, how.future, data, of_file);
  fill_missing(data, info.source.at("missing").as_string(), {}, scratch);
  const std::int64_t horizon = info.known_future.empty() ? 0 : how.horizon;
  KnownAhead known_ahead;
  if (horizon > 0) known_ahead = append_future_rows(data, of_file, how, ahead, scratch);
  const auto zone = data.table.utc() ? zone_of(info) : nullptr;
  if (!chain.empty()) chain.make_columns(data, info, zone.get(), {.rows = horizon, .known = known_ahead.rows}, scratch);

  const std::size_t columns = info.columns.size();
  PreparedInput out;
  out.utc = data.table.utc();
  out.future_rows = horizon;
  out.known_rows = std::move(known_ahead.rows);
  out.first_unknown = std::move(known_ahead.first_unknown);
  out.segments = segments_before(data, horizon);
  if (info.panel) {
    out.series_start = data.series_start();
    if (info.panel->scaled_by_series) out.scale = scales_of(data, info, how);
    out.ids = data.ids;
    out.group = data.group_of;
    read_static_of(csv, info, how, out);
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
