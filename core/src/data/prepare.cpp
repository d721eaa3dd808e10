#include "pipeline/data/prepare.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <set>
#include <unordered_map>
#include <utility>

#include "data/by_frequency.h"
#include "data/cleaning.h"
#include "data/csv_format.h"
#include "data/float_resolution.h"
#include "data/panel_files.h"
#include "data/panel_groups.h"
#include "data/panel_plan.h"
#include "data/panel_scaler.h"
#include "data/panel_short.h"
#include "data/panel_split.h"
#include "data/read_clean.h"
#include "data/scaled_value.h"
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

/// Columns by their names.
class ColumnNumbers {
 public:
  /// The number of the column, which is new if there was none of that name.
  std::pair<std::int64_t, bool> add(const std::string& name) {
    const auto [found, is_new] = numbers_.emplace(name, std::ssize(numbers_));
    return {found->second, is_new};
  }
  /// The number of a column that an option names. Error (usage) if it is neither a feature nor a target.
  [[nodiscard]] std::size_t of(const std::string& name, const char* option, const std::vector<ColumnTransform>& columns) const {
    if (const auto found = numbers_.find(name); found != numbers_.end()) return static_cast<std::size_t>(found->second);
    std::vector<std::string> names;
    for (const ColumnTransform& column : columns) names.push_back(column.name);
    throw usage_error(std::string(option) + " names \"" + name + "\", which is neither a feature nor a target" + suggest(name, names));
  }

 private:
  std::unordered_map<std::string, std::int64_t> numbers_;
};

/// The options that tell how more data of the kind are read. Those that are newer than the first files of this program stand there only
/// where they are used.
Value reading_options(const PrepareOptions& options) {
  Value::List time_columns(options.time_column.begin(), options.time_column.end());
  Value source = Value::Map{{"delimiter", options.delimiter},     {"decimal", options.decimal}, {"time_column", time_columns},
                            {"time_format", options.time_format}, {"gaps", options.gaps},       {"na_values", options.na_values},
                            {"missing", options.missing}};
  const Value all = to_value(options), usual = to_value(PrepareOptions{});
  for (const char* name : {"encoding", "skip_rows", "skip_after_header", "comment", "header", "thousands", "censored", "order",
                           "duplicates", "time_zone", "ambiguous", "nonexistent", "resample"}) {
    if (all.at(name) != usual.at(name)) source[name] = all.at(name);
  }
  return source;
}

/// Names, columns and transforms of the future series, from the options alone; these have passed their own checks.
SeriesInfo plan_series(const PrepareOptions& given) {
  const PrepareOptions options = with_columns_of_rows(given);
  SeriesInfo info;
  info.features = options.features;
  info.targets = options.target;
  ColumnNumbers numbers;
  for (const std::string& name : info.features) {
    if (!numbers.add(name).second) throw usage_error("features names the column \"" + name + "\" twice");
    info.columns.push_back({.name = name});
  }
  std::set<std::int64_t> targets;
  for (const std::string& name : info.targets) {
    const auto [column, is_new] = numbers.add(name);
    if (is_new) info.columns.push_back({.name = name});
    if (!targets.insert(column).second) throw usage_error("target names the column \"" + name + "\" twice");
    info.target_columns.push_back(column);
  }
  if (const auto clashes = heading_clashes(info.targets); !clashes.empty()) throw usage_error(clashes.front().sentence);
  for (const auto& [name, change] : options.transform.as_map()) {
    info.columns[numbers.of(name, "transform", info.columns)].transform =
        parse_word<Transform>("transform of \"" + name + "\"", change.as_string());
  }
  if (options.na_values.is_map()) {
    for (const auto& [name, values] : options.na_values.as_map()) {
      const bool is_series = layout_of(given) == Layout::wide && std::ranges::find(given.target, name) != given.target.end();
      if (name != every_column && !is_series) static_cast<void>(numbers.of(name, "na_values", info.columns));
    }
  }
  info.has_time = !options.time_column.empty();
  if (info.has_time) {
    info.time_name = options.time_column.size() == 1 ? options.time_column[0] : "time";
  }
  info.source = reading_options(options);
  if (!options.resample.is_null()) {
    std::vector<std::string> names;
    for (const ColumnTransform& column : info.columns) names.push_back(column.name);
    static_cast<void>(Resampling::parse(options.resample, names, info.targets));
  }
  const bool across = layout_of(given) == Layout::dates_across;
  if (across && !options.time_zone.empty())
    throw usage_error("layout = \"dates_across\" takes no time_zone: the times of its heading are read as they stand");
  if (!info.has_time && (!options.time_zone.empty() || (!options.resample.is_null() && !across)))
    throw usage_error(std::string(options.time_zone.empty() ? "resample" : "time_zone") + " needs a time_column");
  plan_panel(given, info);
  return info;
}

/// The files for a sentence: "a.csv", "a.csv and b.csv", "a.csv and 11 more files".
std::string shown(const std::vector<std::string>& files) {
  constexpr std::size_t few = 3;
  return files.size() <= few ? join_names(files) : files.front() + " and " + std::to_string(files.size() - 1) + " more files";
}

void say_time(const CleanTable& data, const SeriesInfo& info, const PrepareOptions& options, Log& log) {
  if (!data.table.has_time()) return;
  const Frequency& frequency = data.axis.frequency;
  const auto [first, last] = std::ranges::minmax(data.table.time());
  std::string text = "time " + time_for_people(info, first) + " to " + time_for_people(info, last) +
                     (data.table.utc() && options.time_zone.empty() ? " UTC, " : ", ");
  if (frequency.irregular() && data.groups.empty()) {
    log.info(text + "irregular");
    return;
  }
  if (data.groups.empty()) text += (frequency.business_day ? frequency.text() : frequency.spoken()) + ", ";
  text += format_count(data.axis.gaps) + (data.axis.gaps == 1 ? " gap" : " gaps");
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

/// The rows of one split in all series, and the first and last of their times.
struct SplitRows {
  std::int64_t rows = 0, first = std::numeric_limits<std::int64_t>::max(), last = std::numeric_limits<std::int64_t>::min();
  void add(std::int64_t begin, std::int64_t end, std::span<const std::int64_t> time) {
    if (end <= begin) return;
    rows += end - begin;
    first = std::min(first, time[static_cast<std::size_t>(begin)]);
    last = std::max(last, time[static_cast<std::size_t>(end) - 1]);
  }
};

void say_splits(const SeriesInfo& info, const SplitEnds& ends, std::span<const std::int64_t> start, std::span<const std::int64_t> time,
                Log& log) {
  const auto text = [&](std::int64_t at) { return info.has_time ? time_for_people(info, at) : "row " + format_count(at); };
  std::array<SplitRows, 4> splits;  // the last: rows that no split uses
  for (std::size_t s = 0; s < ends.size(); ++s) {
    std::int64_t begin = start[s];
    for (std::size_t i = 0; i < 3; ++i) splits[i].add(std::exchange(begin, ends[s][i]), ends[s][i], time);
    splits[3].add(begin, start[s + 1], time);
  }
  const std::string of_series = info.panel ? " of " + format_count(info.panel->series) + " series" : "";
  for (std::size_t i = 0; i < split_names.size(); ++i) {
    const SplitRows& split = splits[i];
    const std::string range = split.rows > 0 ? ", " + text(split.first) + " to " + text(split.last) : "";
    log.info(std::string(split_names[i]) + ": " + format_count(split.rows) + " rows" + of_series + range);
  }
  if (splits[3].rows > 0) log.info("unused: " + format_count(splits[3].rows) + " rows after the test split, from " + text(splits[3].first));
}

/// Transforms, scales and stores the rows; `resolution` sees what is stored.
void write_rows(CleanTable& data, const SeriesInfo& info, const PanelView& panel, const SeriesOutput& out, FloatResolution& resolution) {
  const std::size_t columns = info.columns.size(), targets = info.targets.size();
  float* values = out.values().data();
  double* levels = out.targets().data();
  std::vector<ColumnTransform> scaled = info.columns;
  std::int64_t scaled_for = panel.scale.empty() ? 0 : -1;
  data.for_rows([&](std::int64_t row, std::int64_t to, std::int64_t series) {
    if (!panel.scale.empty() && series != scaled_for) scaled = columns_in(scaled_for = series, info.columns, panel);
    const double* const level = data.table.row(row);
    const double* const previous = data.lead > 0 ? level - columns : level;
    for (std::size_t c = 0; c < columns; ++c) {
      const double value = scaled_value(data, scaled[c], level[c], previous[c], row);
      resolution.add(c, value, series);
      *values++ = static_cast<float>(value);
    }
    for (std::size_t t = 0; t < targets; ++t) *levels++ = level[info.target_columns[t]];
    out.time()[static_cast<std::size_t>(to)] = data.table.time()[static_cast<std::size_t>(row)];
  });
  if (!data.observed) {
    std::ranges::fill(out.observed(), std::uint8_t{1});
    return;
  }
  data.for_rows([&](std::int64_t row, std::int64_t to, std::int64_t) {
    std::copy_n(data.observed->data() + static_cast<std::size_t>(row) * columns, columns,
                out.observed().data() + static_cast<std::size_t>(to) * columns);
  });
}

/// Fits the scaler on the training rows and warns of constant columns. The result is the scales of each series; empty if all series have
/// those in `info.columns`.
std::vector<double> fit_scales(CleanTable& data, const PrepareOptions& options, const SplitEnds& ends, SeriesInfo& info, Log& log) {
  const std::string constant = options.scaler == Scaler::robust ? "has no spread between its quartiles" : "is constant";
  const std::vector<TableSegment> training = data.training_rows(ends);
  if (!info.panel || !info.panel->scaled_by_series) {
    for (const std::string& name : fit_scaler(options.scaler, data, training, info.columns)) {
      log.warning("column \"" + name + "\" " + constant + " in the training rows; its scale is 1");
    }
    return {};
  }
  FittedPanel fitted = fit_each_series(options.scaler, data, training, info.columns);
  for (ColumnTransform& column : info.columns) column.scaler = word_of(options.scaler);
  const std::string of_all = " of " + format_count(data.series_count()) + " series";
  for (std::size_t c = 0; c < info.columns.size(); ++c) {
    if (fitted.constant[c] == 0) continue;
    log.warning("column \"" + info.columns[c].name + "\" " + constant + " in the training rows of " + format_count(fitted.constant[c]) +
                of_all + "; its scale is 1 there");
  }
  if (fitted.without_rows > 0)
    log.warning(format_count(fitted.without_rows) + of_all + (fitted.without_rows == 1 ? " has" : " have") +
                " no training row: these stay as they are, unscaled");
  return std::move(fitted.scale);
}

/// Error (usage) if a table of `split` is not one of the words of frequency_column.
void require_split_words(const Value& split, const CleanTable& data) {
  std::vector<std::string> words;
  for (const GroupAxis& group : data.groups) words.push_back(group.word);
  for (const auto& [part, tails] : split.as_map()) {
    if (tails.is_map()) require_words("split: " + part, tails, words);
  }
}

SplitEnds split_rows(const CleanTable& data, const SplitRule& rule) {
  if (!data.ids.empty()) return split_panel(data, rule);
  return {rule.ends(
      data.rows(), [&](std::int64_t time) { return data.rows_before(time); }, "rows")};
}

/// Writes the files of a panel beside those of its rows.
void write_panel_of(const CleanTable& data, const SplitEnds& ends, const SeriesInfo& info, const std::vector<std::int64_t>& start,
                    std::vector<double> scale, const std::filesystem::path& folder) {
  if (scale.empty()) {
    for (const ColumnTransform& column : info.columns) scale.insert(scale.end(), {column.center, column.scale});
  }
  const std::vector<Segment> segments = data.series_segments();
  write_panel(folder, {.ids = data.ids,
                       .start = start,
                       .split_end = ends,
                       .segments = segments,
                       .scale = scale,
                       .columns = std::ssize(info.columns),
                       .group = data.group_of});
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
  CleanTable data = read_clean({.files = {options.source.begin(), options.source.end()},
                                .frequency = options.frequency,
                                .required = info.columns.size(),
                                .scratch = folder,
                                .zone = zone,
                                .cancel = cancel},
                               info);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  log.info(format_count(data.axis.rows) + " rows x " + std::to_string(info.columns.size()) + " columns of " + shown(options.source) + ", " +
           format_short(static_cast<double>(data.table.file_size()) / 1e6) + " MB in " + format_short(seconds.count()) + " s");
  if (data.rows() == 0) throw data_error(shown(options.source) + " has no row without missing values; read less columns, or fill them");
  if (const std::int64_t empty = data.table.empty_rows(); empty > 0)
    log.info("skipped " + format_count(empty) + (empty == 1 ? " line" : " lines") + " of nothing but delimiters");
  info.utc = data.table.utc();
  if (data.table.local_days()) info.source["local_days"] = true;
  if (zone) info.source["zone"] = zone->to_value();
  for (std::size_t i = 0; rule.kind == SplitRule::Kind::times && i < rule.times.size(); ++i)
    rule.times[i] = parse_time(split.as_list()[i].as_string(), info);
  say_order(data, options, log);
  if (info.panel) {
    log.info(format_count(data.series_count()) + " series, told apart by " + info.panel->series_column);
    if (!rule.tails_by_word.empty()) require_split_words(split, data);
    treat_short_series(data, rule, *info.panel, log);
    info.panel->series = data.series_count();
    info.panel->groups = frequency_groups(data);
    say_groups(data, log);
  }
  say_time(data, info, options, log);
  say_missing(data, options, log);

  if (data.groups.empty()) {
    info.frequency = data.axis.frequency.text();
    info.step_ns = data.axis.frequency.step_ns;
    if (info.has_time && data.axis.frequency.irregular()) info.median_step_ns = typical_step(data);
  }
  const SplitEnds ends = split_rows(data, rule);
  if (!info.panel) {
    info.segments = data.series_segments();
    info.split_end = ends.front();
  }
  fill_missing(data, options.missing, ends, folder);
  const std::vector<double> scale = fit_scales(data, options, ends, info, log);
  const std::vector<std::int64_t> series_start = data.series_start();
  const SeriesOutput out(folder, info, data.rows());
  FloatResolution resolution(info.columns.size());
  write_rows(data, info, {.start = series_start, .scale = scale}, out, resolution);
  resolution.require(options, info);
  if (info.panel) write_panel_of(data, ends, info, series_start, scale, folder);
  say_splits(info, ends, series_start, out.time(), log);
  return info;
}

}  // namespace pipeline
