#include "pipeline/data/slicing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "data/by_frequency.h"
#include "data/npy.h"
#include "data/range_file.h"
#include "data/scaler.h"
#include "data/series_ids.h"
#include "data/split.h"
#include "data/window_source.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/data/time_text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

using Counts = std::array<std::int64_t, split_names.size()>;

WindowsInfo plan_windows(const SliceOptions& options) {
  return {.window = options.window,
          .horizon = options.horizon.is_int() ? options.horizon.as_int() : 1,
          .stride = options.stride,
          .min_observed = options.padding == Padding::left ? options.min_observed : 0,
          .window_norm = options.window_norm,
          .series = {},
          .feature_file = {},
          .target_file = {},
          .range_file = {},
          .horizons = {},
          .ranges = {}};
}

/// Sets the horizons of a table by frequency words, of which the largest is that of all windows.
void set_horizons(const Value& horizon, const SeriesInfo& series, WindowsInfo& info) {
  if (!horizon.is_map()) return;
  require_words("horizon", horizon, frequency_words(series));
  for (const auto& [word, rows] : horizon.as_map()) info.horizon = std::max(info.horizon, info.horizons[word] = rows.as_int());
}

/// The rows ahead that are forecast of a series.
class SeriesHorizons {
 public:
  SeriesHorizons(const Series& series, const WindowsInfo& info)
      : panel_(series.panel()), all_(info.horizon), by_group_(horizons_of_groups(info.horizons, series.info())) {}
  [[nodiscard]] std::int64_t of(std::int64_t series) const {
    return by_group_.empty() ? all_ : by_group_[static_cast<std::size_t>(panel_.group_of(series).value())];
  }
  [[nodiscard]] std::int64_t shortest() const { return by_group_.empty() ? all_ : std::ranges::min(by_group_); }

 private:
  PanelView panel_;
  std::int64_t all_;
  std::vector<std::int64_t> by_group_;
};

/// All windows whose targets lie within a split and whose rows, but for padding, lie within a segment.
std::vector<WindowRange> cut(const Series& series, const WindowsInfo& info) {
  const SeriesHorizons horizons(series, info);
  std::vector<WindowRange> ranges;
  const std::span<const Segment> segments = series.segments();
  for (std::size_t split = 0; split < split_names.size(); ++split) {
    for (std::size_t s = 0; s < segments.size(); ++s) {
      const Segment& segment = segments[s];
      const std::int64_t of = series.series_of(segment.first);
      const Segment rows = series.rows_of(of, static_cast<Split>(split));
      const std::int64_t first = std::max(segment.first + info.least_rows(), rows.first) - info.window;
      const std::int64_t last = std::min(segment.first + segment.count, rows.first + rows.count) - info.window - horizons.of(of);
      if (last < first) continue;
      ranges.push_back({static_cast<std::int64_t>(s), static_cast<Split>(split), first, (last - first) / info.stride + 1, info.stride, of});
    }
  }
  return ranges;
}

/// By the numbers of the splits.
Counts counts_of(const WindowsInfo& info) {
  Counts counts{};
  for (const WindowRange& r : info.ranges) counts[static_cast<std::size_t>(r.split)] += r.count;
  return counts;
}

/// The number of padded windows of a split.
std::int64_t count_padded(const Series& series, const WindowsInfo& info, Split split) {
  std::int64_t count = 0;
  for (const WindowRange& r : info.ranges) {
    const std::int64_t before = series.segments()[static_cast<std::size_t>(r.segment)].first - r.first;
    if (r.split == split && before > 0) count += std::min(r.count, (before + r.stride - 1) / r.stride);
  }
  return count;
}

RowsBefore rows_before(const WindowsInfo& info) {
  return info.min_observed > 0 ? RowsBefore{"min_observed", info.min_observed} : RowsBefore{"window", info.window};
}

void check_splits(const Series& series, const WindowsInfo& info) {
  const auto counts = counts_of(info);
  const std::span<const Segment> segments = series.segments();
  const std::int64_t horizon = SeriesHorizons(series, info).shortest();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    std::int64_t rows = 0, most = 0;
    for (std::int64_t s = 0; s < series.series_count(); ++s) {
      const std::int64_t own = series.rows_of(s, static_cast<Split>(i)).count;
      rows += own, most = std::max(most, own);
    }
    if (counts[i] > 0 || rows == 0) continue;  // without rows: `split` asks for none
    if (most < horizon)
      throw data_error("no window fits into the " + std::string(split_names[i]) + " split: it has " +
                       (series.info().panel ? "at most " + format_count(most) + " rows of a series" : format_count(most) + " rows") +
                       ", fewer than horizon = " + std::to_string(horizon) + "; write a smaller horizon, or change split");
    const std::string pieces =
        segments.size() > 1
            ? " in pieces of at most " + format_count(std::ranges::max(segments, {}, &Segment::count).count) + " rows without a gap"
            : "";
    throw data_error(no_window_sentence(split_names[i], format_count(rows) + " rows" + pieces, rows_before(info), horizon));
  }
}

/// "window = 6 and horizon = 3 need 9 rows in a row".
std::string need_of_windows(const WindowsInfo& info) {
  const RowsBefore before = rows_before(info);
  const std::string text = std::string(before.option) + " = " + std::to_string(before.rows);
  if (info.horizons.empty())
    return text + " and horizon = " + std::to_string(info.horizon) + " need " + format_count(before.rows + info.horizon) + " rows in a row";
  const auto entry = [](const auto& of) { return of.first + " " + std::to_string(of.second); };
  return text + " and its horizon (" + join(info.horizons, entry) + ") need as many rows in a row";
}

/// The series of a panel that have no window in any split are an error, or are counted aloud.
void treat_series_without_windows(const Series& series, const WindowsInfo& info, Log& log) {
  if (!series.info().panel) return;
  std::vector<bool> has(static_cast<std::size_t>(series.series_count()));
  for (const WindowRange& range : info.ranges) has[static_cast<std::size_t>(range.series)] = true;
  const auto count = std::ranges::count(has, false), all = std::ssize(has);
  if (count == 0) return;
  std::vector<std::string> named;
  for (std::size_t s = 0; s < has.size() && named.size() < 3; ++s) {
    if (!has[s]) named.push_back(series.id(static_cast<std::int64_t>(s)));
  }
  const std::string text = format_count(count) + " of " + format_count(all) + " series " + (count == 1 ? "has" : "have") +
                           " no window in any split, since " + need_of_windows(info) + ": " + named_series(named, count);
  const std::string padding = info.min_observed > 0 ? "" : "padding = \"left\" to train on windows that begin before their series, or ";
  if (!series.info().panel->drop_short)
    throw data_error(text + "; write a smaller " + rows_before(info).option + " or horizon, or " + padding +
                     "short_series = \"drop\" in the stage that made the series to leave " + std::string(count == 1 ? "it" : "them") +
                     " out");
  log.warning(text + "; left out (short_series = \"drop\")");
}

void say_windows(const WindowsInfo& info, const Series& series, Log& log) {
  const auto counts = counts_of(info);
  const auto text = [&](std::int64_t at) {
    return series.info().has_time ? time_for_people(series.info(), at) : "row " + format_count(at);
  };
  const auto time = [&](std::int64_t row) { return series.time()[static_cast<std::size_t>(row)]; };
  const SeriesHorizons horizons(series, info);
  for (const Split split : splits_in_time) {
    const std::int64_t count = counts[static_cast<std::size_t>(split)];
    if (split == Split::calibration && count == 0) continue;
    std::int64_t first = std::numeric_limits<std::int64_t>::max(), last = std::numeric_limits<std::int64_t>::min();
    std::int64_t with_windows = 0, previous = -1;
    for (const WindowRange& r : info.ranges) {
      if (r.split != split) continue;
      first = std::min(first, time(r.first + info.window));
      last = std::max(last, time(r.first + (r.count - 1) * r.stride + info.window + horizons.of(r.series) - 1));
      with_windows += std::exchange(previous, r.series) != r.series ? 1 : 0;
    }
    const std::string of_series =
        series.info().panel ? " of " + format_count(with_windows) + " of " + format_count(series.series_count()) + " series" : "";
    const std::string padded =
        info.min_observed > 0 ? ", " + format_count(count_padded(series, info, split)) + " of them padded" : std::string();
    log.info(std::string(name_of(split)) + ": " + format_count(count) + " windows" + of_series + padded +
             (count > 0 ? ", targets " + text(first) + " to " + text(last) : ""));
  }
}

/// Writes X.npy and y.npy through mappings, in portions that fit in the cache.
void export_windows(const Windows& windows, const std::filesystem::path& folder, Log& log) {
  constexpr std::int64_t portion = 64;
  const WindowsInfo& info = windows.info();
  Counts counts{};  // not those of info: a file may hold the ranges
  for (std::size_t split = 0; split < counts.size(); ++split) counts[split] = windows.count(static_cast<Split>(split));
  const std::int64_t n = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  const auto features = static_cast<std::int64_t>(windows.feature_names().size()),
             targets = static_cast<std::int64_t>(windows.target_names().size());
  std::vector<std::int64_t> y_shape{n, info.horizon, targets};
  if (info.horizon == 1) y_shape = {n, targets};
  const NpyOutput<float> x(folder / "X.npy", "<f4", std::array{n, info.window, features});
  const NpyOutput<float> y(folder / "y.npy", "<f4", y_shape);
  float *x_at = x.data().data(), *y_at = y.data().data();
  std::vector<std::int64_t> indices;
  for (std::size_t split = 0; split < counts.size(); ++split) {
    for (std::int64_t first = 0; first < counts[split]; first += portion) {
      const std::int64_t count = std::min(portion, counts[split] - first);
      indices.resize(static_cast<std::size_t>(count));
      std::iota(indices.begin(), indices.end(), first);
      windows.gather(static_cast<Split>(split), indices, {.x = x_at, .y = y_at});
      x_at += count * info.window * features;
      y_at += count * info.horizon * targets;
    }
  }
  log.info("exported " + format_count(n) + " windows to X.npy and y.npy");
}

/// Error (data) for the first number of a window, rows of `columns` numbers, that a model cannot be trained on.
void check_numbers(std::span<const float> numbers, std::size_t columns, std::int64_t window, const std::string& file) {
  const auto bad = std::ranges::find_if(numbers, [](float number) { return !(std::abs(number) <= most_scaled); });
  if (bad == numbers.end()) return;
  const auto at = static_cast<std::size_t>(bad - numbers.begin());
  throw data_error(file + ": the number at [" + std::to_string(window) + ", " + std::to_string(at / columns) + ", " +
                   std::to_string(at % columns) + "] is " + format_number(static_cast<double>(*bad)) +
                   ": a model can be trained on finite numbers up to 1e15 only; correct it, or leave that window out");
}

void check_numbers(const WindowSource& source, const SliceOptions& options) {
  const WindowSource::Shape& shape = source.shape();
  const std::size_t features = shape.feature_names.size(), targets = shape.target_names.size();
  std::vector<float> x(static_cast<std::size_t>(shape.window) * features), y(static_cast<std::size_t>(shape.horizon) * targets);
  for (std::int64_t window = 0; window < source.first_rows(); ++window) {
    source.copy(window, 0, {.x = x.data(), .y = y.data()});
    check_numbers(x, features, window, options.feature_path);
    check_numbers(y, targets, window, options.target_path);
  }
}

}  // namespace

WindowsInfo slice_series(const SliceOptions& options, const std::filesystem::path& series_folder, const std::string& series_link,
                         const std::filesystem::path& folder, Log& log) {
  if (options.padding == Padding::left && options.min_observed > options.window)
    throw usage_error(min_observed_mistake(options.min_observed, options.window));
  const auto series = Series::open(series_folder);
  WindowsInfo info = plan_windows(options);
  info.series = series_link;
  set_horizons(options.horizon, series->info(), info);
  info.ranges = cut(*series, info);
  check_splits(*series, info);
  treat_series_without_windows(*series, info, log);
  if (series->info().panel) {
    info.range_file = RangeFile::name;
    RangeFile::write(folder, info.ranges);
  }
  write_json(folder / "windows.json", info.to_value());
  say_windows(info, *series, log);
  if (options.export_arrays) export_windows(*Windows::open(folder), folder, log);
  return info;
}

WindowsInfo slice_arrays(const SliceOptions& options, const Value& split, const std::filesystem::path& folder, Log& log) {
  if (options.window_norm != WindowNorm::none) {
    throw usage_error(
        std::string("window_norm = \"") + word_of(options.window_norm) +
        "\" needs the targets' past, which feature_path and target_path don't hold; write window_norm = \"none\", or start from "
        "a series with the stage preprocess");
  }
  if (options.padding != Padding::none)
    throw usage_error(
        "padding = \"left\" adds to the rows of a series, and windows made elsewhere have none: leave it out, or pad them where they are "
        "made");
  if (options.horizon.is_map())
    throw usage_error("horizon is a table by the words of a frequency_column, which windows made elsewhere do not have: leave it out");
  const SplitRule rule = SplitRule::parse(split);
  if (rule.kind == SplitRule::Kind::times)
    throw usage_error("split names times, which windows made elsewhere don't have; write fractions or counts");
  WindowsInfo info = plan_windows(options);
  info.feature_file = options.feature_path;
  info.target_file = options.target_path;
  const auto source = array_source(info);
  const SliceOptions defaults;
  for (const auto& [name, given, usual, found] :
       {std::tuple{"window", options.window, defaults.window, info.window},
        std::tuple{"horizon", options.horizon.as_int(), defaults.horizon.as_int(), info.horizon}}) {
    if (given != usual && given != found) {
      throw data_error(std::string(name) + " = " + std::to_string(given) + " where the windows in " + options.feature_path + " and " +
                       options.target_path + " have " + std::to_string(found) + "; leave it out");
    }
  }
  check_numbers(*source, options);
  const SplitEnd ends = rule.ends(source->first_rows(), nullptr, "windows");
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const std::int64_t first = i == 0 ? 0 : ends[i - 1], count = (ends[i] - first + info.stride - 1) / info.stride;
    if (count > 0) info.ranges.push_back({0, splits_in_time[i], first, count, info.stride});
    if (count > 0 || splits_in_time[i] != Split::calibration)
      log.info(std::string(name_of(splits_in_time[i])) + ": " + format_count(count) + " windows of " + options.feature_path);
  }
  write_json(folder / "windows.json", info.to_value());
  if (options.export_arrays) export_windows(*Windows::open(folder), folder, log);
  return info;
}

}  // namespace pipeline
