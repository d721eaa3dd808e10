#include "pipeline/data/prepare.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <unordered_map>
#include <utility>

#include "data/cleaning.h"
#include "data/csv_format.h"
#include "data/read_clean.h"
#include "data/scaler.h"
#include "data/series_files.h"
#include "data/split.h"
#include "data/time_parser.h"
#include "pipeline/data/format.h"
#include "pipeline/data/predictions.h"
#include "pipeline/data/text.h"
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
  for (const char* name : {"encoding", "skip_rows", "skip_after_header", "comment", "header", "thousands", "censored"}) {
    if (all.at(name) != usual.at(name)) source[name] = all.at(name);
  }
  return source;
}

/// Names, columns and transforms of the future series, from the options alone; these have passed their own checks.
SeriesInfo plan_series(const PrepareOptions& options) {
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
      if (name != every_column) static_cast<void>(numbers.of(name, "na_values", info.columns));
    }
  }
  info.has_time = !options.time_column.empty();
  if (info.has_time) {
    info.time_name = options.time_column.size() == 1 ? options.time_column[0] : "time";
  }
  info.source = reading_options(options);
  return info;
}

/// The files for a sentence: "a.csv", "a.csv and b.csv", "a.csv and 11 more files".
std::string shown(const std::vector<std::string>& files) {
  constexpr std::size_t few = 3;
  return files.size() <= few ? join_names(files) : files.front() + " and " + std::to_string(files.size() - 1) + " more files";
}

void say_time(const CleanTable& data, const PrepareOptions& options, Log& log) {
  if (!data.table.has_time()) return;
  const Frequency& frequency = data.axis.frequency;
  const auto time = data.table.time();
  std::string text =
      "time " + format_time(time.front(), true) + " to " + format_time(time.back(), true) + (data.table.utc() ? " UTC, " : ", ");
  if (frequency.irregular()) {
    log.info(text + "irregular");
    return;
  }
  text += (frequency.business_day ? frequency.text() : "step " + frequency.text()) + ", " + format_count(data.axis.gaps) +
          (data.axis.gaps == 1 ? " gap" : " gaps");
  if (data.axis.gaps > 0) text += options.gaps == "split" ? ", each the start of a new segment" : ", read as if nothing were missing";
  log.info(text);
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
    return info.has_time ? format_time(at, true) : "row " + format_count(at);
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
  const SplitRule rule = SplitRule::parse(split);
  SeriesInfo info = plan_series(options);
  if (rule.kind == SplitRule::Kind::times && !info.has_time) throw usage_error("split names times, and there is no time_column");

  const auto start = std::chrono::steady_clock::now();
  CleanTable data = read_clean({.files = {options.source.begin(), options.source.end()},
                                .frequency = options.frequency,
                                .required = info.columns.size(),
                                .scratch = folder,
                                .cancel = cancel},
                               info);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  log.info(format_count(data.axis.rows) + " rows x " + std::to_string(info.columns.size()) + " columns of " + shown(options.source) + ", " +
           format_short(static_cast<double>(data.table.file_size()) / 1e6) + " MB in " + format_short(seconds.count()) + " s");
  if (data.rows() == 0) throw data_error(shown(options.source) + " has no row without missing values; read less columns, or fill them");
  if (const std::int64_t empty = data.table.empty_rows(); empty > 0)
    log.info("skipped " + format_count(empty) + (empty == 1 ? " line" : " lines") + " of nothing but delimiters");
  say_time(data, options, log);
  say_missing(data, options, log);

  info.frequency = data.axis.frequency.text();
  info.step_ns = data.axis.frequency.step_ns;
  info.utc = data.table.utc();
  if (info.has_time && data.axis.frequency.irregular()) info.median_step_ns = median_step(data.table.time());
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
  CleanTable data = read_clean({.files = {csv},
                                .frequency = info.has_time ? info.frequency : "none",
                                .required = info.features.size(),
                                .scratch = std::filesystem::temp_directory_path(),
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
