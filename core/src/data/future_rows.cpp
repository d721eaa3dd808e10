#include "data/future_rows.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "data/series_time.h"
#include "pipeline/data/format.h"
#include "pipeline/data/prepare.h"
#include "pipeline/data/time_text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// The columns of these names in a table; all must be there.
std::vector<std::size_t> columns_of(const CleanTable& data, const std::vector<std::string>& names) {
  std::vector<std::size_t> out;
  for (const std::string& name : names) out.push_back(static_cast<std::size_t>(std::ranges::find(data.names, name) - data.names.begin()));
  return out;
}

std::string missing_ahead(const CleanTable& data, const SeriesInfo& info, std::int64_t series, const std::string& column, std::int64_t time,
                          std::int64_t count) {
  const std::string of_series = data.ids.empty() ? "" : "series \"" + data.ids[static_cast<std::size_t>(series)] + "\": ";
  const std::string second = takes_second_file(info) ? ", or give them with --future FILE" : "";
  const std::string when = info.has_time ? time_for_people(info, time) : "row " + format_count(time);
  return of_series + "column \"" + column + "\", which is known ahead, has no value at " + when + ", and the forecast needs its " +
         format_count(count) + (count == 1 ? " value" : " values") +
         " after the last row: add such rows, with empty targets, to the input" + second +
         (data.ids.empty() ? "" : "; --series forecasts some series alone");
}

/// The times of the rows to append after `last`. Where a step is the next row, whatever its time (gaps = "allow", holidays among business
/// days, irregular times), those that the file gives come first.
std::vector<std::int64_t> times_ahead(const FutureRows& rows, const SeriesInfo& info, std::int64_t series, std::int64_t last,
                                      std::int64_t count, std::optional<std::int64_t> group) {
  const Value* gaps = info.source.find("gaps");
  const std::string frequency = info.has_time ? info.step(group).frequency : "";
  const bool next_row = info.has_time && ((gaps && *gaps == Value("allow")) || frequency == "none" || frequency == "business_day");
  std::vector<std::int64_t> times;
  if (next_row) times = rows.times_after(series, last, count);
  const std::vector<std::int64_t> later = future_times(times.empty() ? last : times.back(), count - std::ssize(times), info, group);
  times.insert(times.end(), later.begin(), later.end());
  return times;
}

}  // namespace

bool takes_second_file(const SeriesInfo& info) {
  const Value* layout = info.panel ? info.source.find("layout") : nullptr;
  return (!layout || layout->as_string() == word_of(Layout::long_rows)) && !info.source.find("resample");
}

std::int64_t FutureRows::cut_from(CleanTable& data, const std::vector<std::string>& targets, std::int64_t without_targets) {
  const std::vector<std::size_t> of_targets = columns_of(data, targets), known = columns_of(data, columns_);
  const auto has_value = [&](std::int64_t row, const std::vector<std::size_t>& columns) {
    return std::ranges::any_of(columns, [&](std::size_t column) { return !std::isnan(data.table.row(row)[column]); });
  };
  const std::size_t before = keys_.size();
  ends_.assign(static_cast<std::size_t>(data.series_count()), 0);
  for (std::int64_t series = 0; series < data.series_count(); ++series) {
    const auto of_series = std::ranges::equal_range(data.segments, series, {}, &TableSegment::series);
    const std::span<TableSegment> segments(of_series.begin(), of_series.end());
    std::int64_t tail = 0;  // rows after the last target, up to the first of them that is known ahead
    std::int64_t rows = 0;
    bool has_target = false;
    for (auto segment = segments.rbegin(); segment != segments.rend() && !has_target; ++segment) {
      for (std::int64_t row = segment->first + segment->count - 1; row >= segment->first && !has_target; --row) {
        if (rows == 0) ends_[static_cast<std::size_t>(series)] = data.table.time()[static_cast<std::size_t>(row)] + 1;
        has_target = has_value(row, of_targets);
        ++rows;
        if (!has_target && has_value(row, known)) tail = rows;
      }
    }
    if (tail > 0 && has_target) tail = rows - 1;  // a row between them without a value is one that is missing ahead
    if (!has_target) tail = std::min(tail, without_targets);
    for (auto segment = segments.rbegin(); segment != segments.rend() && tail > 0; ++segment) {
      for (; tail > 0 && segment->count > 0; --segment->count, --tail) {
        const std::int64_t row = segment->first + segment->count - 1;
        std::vector<double> values;
        for (const std::size_t column : known) values.push_back(data.table.row(row)[column]);
        if (has_value(row, known)) add(series, data.table.time()[static_cast<std::size_t>(row)], values);
      }
    }
  }
  std::erase_if(data.segments, [&](const TableSegment& s) { return s.count <= data.lead; });
  std::ranges::sort(keys_);
  return static_cast<std::int64_t>(keys_.size() - before);
}

void FutureRows::add_all(const CleanTable& data, std::span<const std::int64_t> series, std::span<const std::int64_t> first_row) {
  for (const TableSegment& segment : data.segments) {
    const std::int64_t number = series[static_cast<std::size_t>(segment.series)];
    const std::int64_t before = number < 0 || first_row.empty() ? 0 : first_row[static_cast<std::size_t>(number)];
    for (std::int64_t row = segment.first; number >= 0 && row < segment.first + segment.count; ++row)
      add(number, before + data.table.time()[static_cast<std::size_t>(row)], {data.table.row(row), columns_.size()});
  }
  std::ranges::sort(keys_);
}

void FutureRows::add(std::int64_t series, std::int64_t time, std::span<const double> values) {
  keys_.push_back({series, time, keys_.size()});
  values_.insert(values_.end(), values.begin(), values.end());
}

std::vector<std::int64_t> FutureRows::times_after(std::int64_t series, std::int64_t time, std::int64_t count) const {
  std::vector<std::int64_t> out;
  for (auto key = std::ranges::upper_bound(keys_, Key{series, time, keys_.size()}); key != keys_.end() && key->series == series; ++key) {
    if (std::ssize(out) == count) break;
    if (out.empty() || out.back() != key->time) out.push_back(key->time);
  }
  return out;
}

const double* FutureRows::at(std::int64_t series, std::int64_t time) const {
  const auto after = std::ranges::upper_bound(keys_, Key{series, time, keys_.size()});  // of several the one that was added last
  if (after == keys_.begin() || (after - 1)->series != series || (after - 1)->time != time) return nullptr;
  return values_.data() + (after - 1)->row * columns_.size();
}

bool is_forecast(const InputReading& how, const std::string& id) {
  return how.series.empty() || std::ranges::find(how.series, id) != how.series.end();
}

KnownAhead append_future_rows(CleanTable& data, const SeriesInfo& info, const InputReading& how, const FutureRows& rows,
                              const std::filesystem::path& scratch) {
  std::vector<std::int64_t> from, times;
  std::vector<TableSegment> segments;
  const auto group_of = [&](std::int64_t series) {
    return data.group_of.empty() ? std::nullopt : std::optional(data.group_of[static_cast<std::size_t>(series)]);
  };
  for (const TableSegment& segment : data.segments) {
    segments.push_back({{std::ssize(from), segment.count}, segment.series});
    for (std::int64_t row = segment.first; row < segment.first + segment.count; ++row) from.push_back(row);
    times.resize(from.size());
    const bool ends_series = &segment == &data.segments.back() || (&segment + 1)->series != segment.series;
    if (!ends_series) continue;
    const std::int64_t last = from.back();
    for (const std::int64_t time : times_ahead(rows, info, segment.series, data.table.time()[static_cast<std::size_t>(last)], how.horizon,
                                               group_of(segment.series))) {
      from.push_back(-last - 1);
      times.push_back(time);
    }
    segments.back().count += how.horizon;
  }
  data.take_rows(from, times, scratch);
  data.segments = std::move(segments);
  const std::vector<std::size_t> known = columns_of(data, rows.columns());
  KnownAhead out{.rows = std::vector<std::int64_t>(static_cast<std::size_t>(data.series_count())), .first_unknown = {}};
  for (std::int64_t series = 0; series < data.series_count(); ++series) {
    const std::span<const TableSegment> of_series = data.segments_of(series);
    if (of_series.empty() || (!data.ids.empty() && !is_forecast(how, data.ids[static_cast<std::size_t>(series)]))) continue;
    const std::int64_t needed = how.horizons.empty() ? how.horizon : how.horizons[static_cast<std::size_t>(group_of(series).value_or(0))];
    const std::int64_t first = of_series.back().first + of_series.back().count - how.horizon;
    std::int64_t& count = out.rows[static_cast<std::size_t>(series)];
    for (bool all_known = true; all_known && count < needed;) {
      const std::int64_t row = first + count, time = times[static_cast<std::size_t>(row)];
      const double* const values = rows.at(series, time);
      for (std::size_t c = 0; all_known && c < known.size(); ++c) {
        all_known = values != nullptr && !std::isnan(values[c]);
        if (all_known) {
          data.table.row(row)[known[c]] = values[c];
          continue;
        }
        const std::string text = missing_ahead(data, info, series, rows.columns()[c], time, needed);
        if (!how.partly) throw data_error(text);
        if (out.first_unknown.empty()) out.first_unknown = text;
      }
      if (all_known) ++count;
    }
  }
  return out;
}

}  // namespace pipeline
