#include "pipeline/data/prepare.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>
#include <utility>

#include "data/by_frequency.h"
#include "data/cleaning.h"
#include "data/csv_format.h"
#include "data/feature_chain.h"
#include "data/float_resolution.h"
#include "data/future_rows.h"
#include "data/left_out_rows.h"
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
#include "data/series_plan.h"
#include "data/series_time.h"
#include "data/split.h"
#include "data/static_columns.h"
#include "pipeline/data/format.h"
#include "pipeline/data/predictions.h"
#include "pipeline/data/text.h"
#include "pipeline/data/time_text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

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
  if (const std::int64_t turned = disorder.series_from_new_to_old; turned > 0)
    log.info(format_count(turned) + (turned == 1 ? " series runs" : " series run") +
             " from new to old: " + (turned == 1 ? "its" : "their") + " rows are turned round");
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
  std::array<SplitRows, splits_in_time.size()> splits;
  SplitRows unused;
  for (std::size_t s = 0; s < ends.size(); ++s) {
    std::int64_t begin = start[s];
    for (std::size_t i = 0; i < splits.size(); ++i) splits[i].add(std::exchange(begin, ends[s][i]), ends[s][i], time);
    unused.add(begin, start[s + 1], time);
  }
  const std::string of_series = info.panel ? " of " + format_count(info.panel->series) + " series" : "";
  for (std::size_t i = 0; i < splits.size(); ++i) {
    const SplitRows& split = splits[i];
    if (splits_in_time[i] == Split::calibration && split.rows == 0) continue;
    const std::string range = split.rows > 0 ? ", " + text(split.first) + " to " + text(split.last) : "";
    log.info(std::string(name_of(splits_in_time[i])) + ": " + format_count(split.rows) + " rows" + of_series + range);
  }
  if (unused.rows > 0) log.info("unused: " + format_count(unused.rows) + " rows after the test split, from " + text(unused.first));
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
  const bool by_series = info.panel && info.panel->scaled_by_series;
  if (!by_series || any_scaled_by(info, ScaledBy::all_series)) {
    for (const std::string& name : fit_columns_of_all(options.scaler, data, training, info)) {
      log.warning("column \"" + name + "\" " + constant + " in the training rows; its scale is 1");
    }
  }
  if (!by_series) return {};
  FittedPanel fitted = fit_each_series(options.scaler, data, training, info.columns);
  share_scales(fitted.scale, info);
  const std::string of_all = " of " + format_count(data.series_count()) + " series";
  for (std::size_t c = 0; c < info.columns.size(); ++c) {
    if (fitted.constant[c] == 0 || scaled_by(info, c) != ScaledBy::each_series) continue;
    log.warning("column \"" + info.columns[c].name + "\" " + constant + " in the training rows of " + format_count(fitted.constant[c]) +
                of_all + "; its scale is 1 there");
  }
  if (fitted.without_rows > 0)
    log.warning(format_count(fitted.without_rows) + of_all + (fitted.without_rows == 1 ? " has" : " have") +
                " no training row: these stay as they are, unscaled");
  return std::move(fitted.scale);
}

/// What the table holds as codes in the order of the file becomes codes in the order of the training rows.
void code_words(CleanTable& data, const SplitEnds& ends, SeriesInfo& info) {
  for (std::size_t c = 0; c < info.columns.size(); ++c) {
    const WordCodes* const words = data.table.words(c);
    if (words == nullptr) continue;
    std::vector<double> code_of(static_cast<std::size_t>(words->size()) + 1);  // by the code in the table; 0: not seen
    std::vector<std::string>& known = info.words[info.columns[c].name];
    for (const TableSegment& s : data.training_rows(ends)) {
      for (std::int64_t row = s.first; row < s.first + s.count; ++row) {
        const double value = data.table.row(row)[c];
        if (std::isnan(value) || code_of[static_cast<std::size_t>(value)] != 0) continue;
        known.push_back(words->word(static_cast<std::int64_t>(value)));
        code_of[static_cast<std::size_t>(value)] = static_cast<double>(known.size());
      }
    }
    for (std::int64_t row = 0; row < data.table.rows(); ++row) {
      double& value = data.table.row(row)[c];
      if (!std::isnan(value)) value = code_of[static_cast<std::size_t>(value)];
    }
  }
}

void say_words(const SeriesInfo& info, Log& log) {
  for (const auto& [name, words] : info.words) log.info("column \"" + name + "\": " + format_count(std::ssize(words)) + " words");
}

/// Reads, scales and writes the columns that are fixed in a series.
void write_static_columns(const CleanTable& data, const PrepareOptions& options, const SplitEnds& ends, const std::filesystem::path& folder,
                          SeriesInfo& info) {
  if (info.fixed.empty() && info.fixed_words.empty()) return;
  const std::vector<std::string> own{options.static_source}, &files = options.static_source.empty() ? options.source : own;
  const std::vector<std::string> usual{info.panel->series_column};
  StaticColumns columns = read_static_columns(
      {.files = {files.begin(), files.end()},
       .format = options.static_source.empty() ? CsvFormat::from_source(info.source) : CsvFormat::of_second_file(info.source),
       .series_columns = options.series_column.empty() ? usual : options.series_column,
       .ids = data.ids},
      info, true);
  require_static_numbers(columns, info, data.ids, files.front());
  const std::vector<std::int64_t> start = data.series_start();
  std::vector<bool> trains;
  for (std::size_t s = 0; s < ends.size(); ++s) trains.push_back(ends[s][0] > start[s]);
  fit_static(columns, trains, info);
  write_static(folder, scaled_static(columns, info), columns.codes, info, std::ssize(data.ids));
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
void write_panel_of(const CleanTable& data, const SplitEnds& ends, bool calibrates, const SeriesInfo& info,
                    const std::vector<std::int64_t>& start, std::vector<double> scale, const std::filesystem::path& folder) {
  if (scale.empty()) {
    for (const ColumnTransform& column : info.columns) scale.insert(scale.end(), {column.center, column.scale});
  }
  const std::vector<Segment> segments = data.series_segments();
  write_panel(folder, {.ids = data.ids,
                       .start = start,
                       .split_end = ends,
                       .calibrates = calibrates,
                       .segments = segments,
                       .scale = scale,
                       .columns = std::ssize(info.columns),
                       .group = data.group_of});
}

}  // namespace

SeriesInfo prepare_series(const PrepareOptions& options, const Value& split, const std::filesystem::path& folder, Log& log,
                          const std::atomic<int>* cancel, const DerivedFeatures& derived) {
  static_cast<void>(bind_options<PrepareOptions>(to_value(options)));
  SplitRule rule = SplitRule::parse(split);
  SeriesInfo info = plan_series(options);
  if (rule.kind == SplitRule::Kind::times && !info.has_time) throw usage_error("split names times, and there is no time_column");

  FeatureChain chain = FeatureChain::from_options(options, derived);
  const SeriesInfo read = with_columns_read(info, chain.reads());
  require_word_summaries(options, read);
  if (layout_of(options) == Layout::dates_across && read.columns.size() > 1)
    throw usage_error("layout = \"dates_across\" has one value for each time: no feature can read another column");
  FutureRows ahead(known_in_file(info));
  const auto start = std::chrono::steady_clock::now();
  const auto zone = options.time_zone.empty() ? nullptr : std::make_shared<const TimeZone>(TimeZone::load(options.time_zone));
  CleanTable data = read_clean({.files = {options.source.begin(), options.source.end()},
                                .frequency = options.frequency,
                                .required = no_optional_columns,
                                .scratch = folder,
                                .future = ahead.columns().empty() ? nullptr : &ahead,
                                .zone = zone,
                                .cancel = cancel},
                               read);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  log.info(format_count(data.axis.rows) + " rows x " + std::to_string(info.columns.size()) + " columns of " + shown(options.source) + ", " +
           format_short(static_cast<double>(data.table.file_size()) / 1e6) + " MB in " + format_short(seconds.count()) + " s");
  if (data.rows() == 0) throw data_error(shown(options.source) + " has no row without missing values; read less columns, or fill them");
  leave_out_rows(data, options.leave_out_first, options.leave_out_last, log);
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

  if (ahead.size() > 0)
    log.info(format_count(ahead.size()) + (ahead.size() == 1 ? " row holds" : " rows hold") +
             " columns known ahead alone, after the last target: no split uses " + (ahead.size() == 1 ? "it" : "them"));
  if (data.groups.empty()) {
    info.frequency = data.axis.frequency.text();
    info.step_ns = data.axis.frequency.step_ns;
    if (info.has_time && data.axis.frequency.irregular()) info.median_step_ns = typical_step(data);
  }
  const SplitEnds ends = split_rows(data, rule);
  if (!info.panel) {
    info.segments = data.series_segments();
    const SplitEnd& of = ends.front();
    info.split_end = {of[0], of[1], of[3]};
    if (of[2] > of[1]) info.calibration_end = of[2];
  }
  fill_missing(data, options.missing, ends, folder);
  if (!chain.empty()) {
    const TimeZone* const of_times = info.utc ? zone.get() : nullptr;
    chain.fit(data, data.training_rows(ends), of_times);
    chain.require_known(ahead.columns());
    add_made_columns(info, chain.columns(), chain.reads(), options.scaler);
    chain.make_columns(data, info, of_times, {}, folder);
    info.source["made"] = chain.to_value();
  }
  code_words(data, ends, info);  // features read the words themselves
  const std::vector<double> scale = fit_scales(data, options, ends, info, log);
  write_static_columns(data, options, ends, folder, info);
  say_words(info, log);
  const std::vector<std::int64_t> series_start = data.series_start();
  const SeriesOutput out(folder, info, data.rows());
  FloatResolution resolution(info.columns.size());
  write_rows(data, info, {.start = series_start, .scale = scale}, out, resolution);
  resolution.require(options, info);
  if (info.panel) write_panel_of(data, ends, !rule.leaves_out(Split::calibration), info, series_start, scale, folder);
  say_splits(info, ends, series_start, out.time(), log);
  return info;
}

}  // namespace pipeline
