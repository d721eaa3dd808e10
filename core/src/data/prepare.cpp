#include "pipeline/data/prepare.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "data/cleaning.h"
#include "data/read_clean.h"
#include "data/scaler.h"
#include "data/series_files.h"
#include "data/series_time.h"
#include "data/split.h"
#include "pipeline/data/format.h"
#include "pipeline/data/predictions.h"
#include "pipeline/data/text.h"
#include "pipeline/data/time_text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// Names, columns and transforms of the future series, from the options alone; these have passed their own checks.
SeriesInfo plan_series(const PrepareOptions& options) {
  SeriesInfo info;
  info.features = options.features;
  info.targets = options.target;
  const auto add = [&](const std::string& name, bool feature) {
    const auto found = std::ranges::find(info.columns, name, &ColumnTransform::name);
    if (found == info.columns.end()) {
      info.columns.push_back({.name = name});
    } else if (feature) {
      throw usage_error("features names the column \"" + name + "\" twice");
    }
    return std::ranges::find(info.columns, name, &ColumnTransform::name) - info.columns.begin();
  };
  for (const std::string& name : info.features) add(name, true);
  for (const std::string& name : info.targets) {
    const std::int64_t column = add(name, false);
    if (std::ranges::find(info.target_columns, column) != info.target_columns.end())
      throw usage_error("target names the column \"" + name + "\" twice");
    info.target_columns.push_back(column);
  }
  if (const auto clashes = heading_clashes(info.targets); !clashes.empty()) throw usage_error(clashes.front().sentence);
  std::vector<std::string> names;
  for (const ColumnTransform& c : info.columns) names.push_back(c.name);
  for (const auto& [name, change] : options.transform.as_map()) {
    const auto column = std::ranges::find(info.columns, name, &ColumnTransform::name);
    if (column == info.columns.end())
      throw usage_error("transform names \"" + name + "\", which is neither a feature nor a target" + suggest(name, names));
    column->transform = parse_word<Transform>("transform of \"" + name + "\"", change.as_string());
  }
  info.has_time = !options.time_column.empty();
  if (info.has_time) {
    info.time_name = options.time_column.size() == 1 ? options.time_column[0] : "time";
  }
  Value::List time_columns(options.time_column.begin(), options.time_column.end());
  info.source = Value::Map{{"delimiter", options.delimiter},     {"decimal", options.decimal}, {"time_column", time_columns},
                           {"time_format", options.time_format}, {"gaps", options.gaps},       {"na_values", options.na_values},
                           {"missing", options.missing}};
  const PrepareOptions usual;  // what a workflow does not use leaves no trace
  const auto add_unusual = [&](const char* name, const auto& value, const auto& usual_value) {
    if (value != usual_value) info.source[name] = value;
  };
  add_unusual("order", options.order, usual.order);
  add_unusual("duplicates", options.duplicates, usual.duplicates);
  add_unusual("time_zone", options.time_zone, usual.time_zone);
  add_unusual("ambiguous", options.ambiguous, usual.ambiguous);
  add_unusual("nonexistent", options.nonexistent, usual.nonexistent);
  add_unusual("resample", options.resample, usual.resample);
  if (!options.resample.is_null()) static_cast<void>(Resampling::parse(options.resample, names, info.targets));
  if (!info.has_time && (!options.time_zone.empty() || !options.resample.is_null()))
    throw usage_error(std::string(options.time_zone.empty() ? "resample" : "time_zone") + " needs a time_column");
  return info;
}

void say_time(const CleanTable& data, const SeriesInfo& info, const PrepareOptions& options, Log& log) {
  if (!data.table.has_time()) return;
  const Frequency& frequency = data.axis.frequency;
  const auto time = data.table.time();
  std::string text = "time " + time_for_people(info, time.front()) + " to " + time_for_people(info, time.back()) +
                     (data.table.utc() && options.time_zone.empty() ? " UTC, " : ", ");
  if (frequency.irregular()) {
    log.info(text + "irregular");
    return;
  }
  text += (frequency.business_day ? frequency.text() : frequency.spoken()) + ", " + format_count(data.axis.gaps) +
          (data.axis.gaps == 1 ? " gap" : " gaps");
  if (data.axis.gaps > 0) text += options.gaps == "split" ? ", each the start of a new segment" : ", read as if nothing were missing";
  log.info(text);
}

void say_order(const CleanTable& data, const PrepareOptions& options, Log& log) {
  const Disorder& disorder = data.table.disorder();
  if (disorder.from_new_to_old) log.info("the file runs from new to old: its rows are turned round");
  if (disorder.out_of_order > 0)
    log.info(format_count(disorder.out_of_order) + (disorder.out_of_order == 1 ? " row was" : " rows were") +
             " out of order and sorted by time");
  if (disorder.left_out > 0)
    log.info(format_count(disorder.left_out) + (disorder.left_out == 1 ? " row stands" : " rows stand") +
             " in an hour that clocks leave out, and " + (disorder.left_out == 1 ? "is" : "are") + " dropped");
  if (disorder.repeats == 0) return;
  const std::string kept = options.duplicates == "mean" ? "the mean" : "the " + options.duplicates;
  log.info(format_count(disorder.repeated_times) + (disorder.repeated_times == 1 ? " time stood in " : " times stood in ") +
           format_count(disorder.repeated_times + disorder.repeats) + " rows: " + kept + " of each is kept");
}

void say_missing(const CleanTable& data, const PrepareOptions& options, Log& log) {
  std::vector<std::string> counts;
  for (std::size_t c = 0; c < data.names.size(); ++c) {
    if (data.missing[c] > 0) counts.push_back(data.names[c] + " " + format_count(data.missing[c]));
  }
  const std::string text = join(counts);
  if (text.empty()) {
    log.info("missing values: none");
  } else if (options.missing == "drop") {
    log.info("missing values: " + text + "; their rows are dropped, which leaves " + format_count(data.rows()) + " rows in " +
             format_count(static_cast<std::int64_t>(data.segments.size())) + " segments");
  } else if (options.missing == "forward_fill") {
    log.info("missing values: " + text + "; filled with the value before");
  } else {
    log.warning("missing values: " + text +
                "; filled on a line between the values around them, which looks ahead: a forecast could not have known");
  }
}

void say_splits(const SeriesInfo& info, std::span<const std::int64_t> time, Log& log) {
  std::int64_t first = 0;
  const auto text = [&](std::int64_t row) {
    const std::int64_t at = time[static_cast<std::size_t>(row)];
    return info.has_time ? time_for_people(info, at) : "row " + format_count(at);
  };
  for (std::size_t i = 0; i < split_names.size(); ++i) {
    const std::int64_t last = info.split_end[i];
    log.info(std::string(split_names[i]) + ": " + format_count(last - first) + " rows, " + text(first) + " to " + text(last - 1));
    first = last;
  }
  if (const auto rows = static_cast<std::int64_t>(time.size()); first < rows) {
    log.info("unused: " + format_count(rows - first) + " rows after the test split, from " + text(first));
  }
}

/// Where a row of the table stood in the file. If rows were dropped, only the times of the others tell it, or their numbers.
std::string place_of(const CleanTable& data, std::int64_t row) {
  const Table& table = data.table;
  if (!table.has_time()) return table.place(table.time()[static_cast<std::size_t>(row)]);
  return table.rows() == data.axis.rows ? table.place(row) : table.time_text(row);
}

/// The transformed and scaled value; Error (data) with its place beyond `most_scaled`.
float scaled(const CleanTable& data, const ColumnTransform& column, double level, double previous, std::int64_t row) {
  const double value = column.forward(level, previous);
  if (std::abs(value) <= most_scaled || std::isnan(level) || std::isnan(previous)) return static_cast<float>(value);
  throw data_error(place_of(data, row) + ": column \"" + column.name + "\" is " + format_number(level) + ", which becomes " +
                   format_number(value) + " when it is transformed and scaled: float32 cannot be trained on numbers beyond 1e15; correct " +
                   "it, or if it means \"missing\", write na_values = [" + format_number(level) + "]");
}

/// Transforms, scales and stores the rows.
void write_rows(CleanTable& data, const SeriesInfo& info, const SeriesOutput& out) {
  const std::size_t columns = info.columns.size(), targets = info.targets.size();
  float* values = out.values().data();
  double* levels = out.targets().data();
  data.for_rows(0, data.rows(), [&](std::int64_t row, std::int64_t to) {
    const double* const level = data.table.row(row);
    const double* const previous = data.lead > 0 ? level - columns : level;
    for (std::size_t c = 0; c < columns; ++c) *values++ = scaled(data, info.columns[c], level[c], previous[c], row);
    for (std::size_t t = 0; t < targets; ++t) *levels++ = level[info.target_columns[t]];
    out.time()[static_cast<std::size_t>(to)] = data.table.time()[static_cast<std::size_t>(row)];
  });
  if (!data.observed) {
    std::ranges::fill(out.observed(), std::uint8_t{1});
    return;
  }
  data.for_rows(0, data.rows(), [&](std::int64_t row, std::int64_t to) {
    std::copy_n(data.observed->data() + static_cast<std::size_t>(row) * columns, columns,
                out.observed().data() + static_cast<std::size_t>(to) * columns);
  });
}

}  // namespace

SeriesInfo prepare_series(const PrepareOptions& options, const Value& split, const std::filesystem::path& folder, Log& log,
                          const std::atomic<int>* cancel) {
  static_cast<void>(bind_options<PrepareOptions>(to_value(options)));
  SplitRule rule = SplitRule::parse(split);
  SeriesInfo info = plan_series(options);
  if (rule.kind == SplitRule::Kind::times && !info.has_time) throw usage_error("split names times, and there is no time_column");

  const auto start = std::chrono::steady_clock::now();
  const auto zone = options.time_zone.empty() ? nullptr : std::make_shared<const TimeZone>(TimeZone::load(options.time_zone));
  CleanTable data = read_clean({.file = options.source,
                                .frequency = options.frequency,
                                .required = info.columns.size(),
                                .scratch = folder,
                                .zone = zone,
                                .cancel = cancel},
                               info);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  log.info(format_count(data.axis.rows) + " rows x " + std::to_string(info.columns.size()) + " columns of " + options.source + ", " +
           format_short(static_cast<double>(data.table.file_size()) / 1e6) + " MB in " + format_short(seconds.count()) + " s");
  if (data.rows() == 0) throw data_error(options.source + " has no row without missing values; read less columns, or fill them");
  info.utc = data.table.utc();
  if (data.table.local_days()) info.source["local_days"] = true;
  if (zone) info.source["zone"] = zone->to_value(data.table.time().front());
  say_order(data, options, log);
  say_time(data, info, options, log);
  say_missing(data, options, log);

  info.frequency = data.axis.frequency.text();
  info.step_ns = data.axis.frequency.step_ns;
  if (info.has_time && data.axis.frequency.irregular()) info.median_step_ns = median_step(data.table.time());
  for (std::size_t i = 0; rule.kind == SplitRule::Kind::times && i < rule.times.size(); ++i)
    rule.times[i] = parse_time(split.as_list()[i].as_string(), info);
  info.segments = data.series_segments();
  info.split_end = rule.ends(
      data.rows(), [&](std::int64_t time) { return data.rows_before(time); }, "rows");
  fill_missing(data, options.missing, info.split_end, folder);
  for (const std::string& name : fit_scaler(options.scaler, data, info.split_end[0], info.columns)) {
    log.warning("column \"" + name + "\" " + (options.scaler == Scaler::robust ? "has no spread between its quartiles" : "is constant") +
                " in the training rows; its scale is 1");
  }
  const SeriesOutput out(folder, info, data.rows());
  write_rows(data, info, out);
  say_splits(info, out.time(), log);
  return info;
}

PreparedInput read_like(const std::filesystem::path& csv, const SeriesInfo& info) {
  CleanTable data = read_clean({.file = csv,
                                .frequency = info.has_time ? info.frequency : "none",
                                .required = info.features.size(),
                                .scratch = std::filesystem::temp_directory_path(),
                                .zone = zone_of(info),
                                .cancel = nullptr},
                               info);
  fill_missing(data, info.source.at("missing").as_string(), {}, std::filesystem::temp_directory_path());
  const std::size_t columns = info.columns.size();
  PreparedInput out;
  out.utc = data.table.utc();
  out.segments = data.series_segments();
  data.for_rows(0, data.rows(), [&](std::int64_t row, std::int64_t) {
    const double* const level = data.table.row(row);
    const double* const previous = data.lead > 0 ? level - columns : level;
    for (std::size_t c = 0; c < columns; ++c) {
      out.values.push_back(scaled(data, info.columns[c], level[c], previous[c], row));
      const bool filled = data.observed && data.observed->data()[static_cast<std::size_t>(row) * columns + c] == 0;
      out.observed.push_back(filled || std::isnan(level[c]) ? 0 : 1);
    }
    for (const std::int64_t t : info.target_columns) out.targets.push_back(level[t]);
    out.time.push_back(data.table.time()[static_cast<std::size_t>(row)]);
  });
  return out;
}

}  // namespace pipeline
