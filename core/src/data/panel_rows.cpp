#include "data/panel_rows.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// Calls f(first, end) for each run of rows of one series.
template <class F>
void for_each_series(const std::int64_t* series, std::int64_t rows, F f) {
  for (std::int64_t first = 0, end = 0; first < rows; first = end) {
    while (end < rows && series[end] == series[first]) ++end;
    f(first, end);
  }
}

}  // namespace

PanelRows::PanelRows(const std::filesystem::path& scratch) : scratch_(scratch), series_(scratch), file_row_(scratch) {}

void PanelRows::reserve(std::int64_t rows) {
  series_.reserve(static_cast<std::size_t>(rows));
  file_row_.reserve(static_cast<std::size_t>(rows));
}

void PanelRows::set(std::int64_t row, std::int64_t series, std::int64_t file_row) {
  series_.data()[row] = series;
  file_row_.data()[row] = file_row;
}

void PanelRows::move(std::int64_t from, std::int64_t to) { set(to, series_.data()[from], file_row_.data()[from]); }

/// For each place in the new order, the row that comes there: a counting sort, which keeps the order within a series.
ScratchArray<std::int64_t> PanelRows::order_by_series(std::int64_t rows) const {
  std::vector<std::int64_t> next(static_cast<std::size_t>(ids_.size()) + 1);
  for (std::int64_t row = 0; row < rows; ++row) ++next[static_cast<std::size_t>(series_.data()[row]) + 1];
  for (std::size_t s = 1; s < next.size(); ++s) next[s] += next[s - 1];
  ScratchArray<std::int64_t> from(scratch_);
  from.reserve(static_cast<std::size_t>(rows));
  for (std::int64_t row = 0; row < rows; ++row) from.data()[next[static_cast<std::size_t>(series_.data()[row])]++] = row;
  return from;
}

void PanelRows::arrange(std::int64_t rows, const Cells& cells, bool has_time, const Place& place) {
  const ScratchArray<std::int64_t> from = order_by_series(rows);
  const auto time_of = [&](std::int64_t row) { return cells.time.data()[row]; };
  bool in_order = true;
  for (std::int64_t first = 0, end = 0; first < rows; first = end) {
    const std::int64_t series = series_.data()[from.data()[first]];
    while (end < rows && series_.data()[from.data()[end]] == series) ++end;
    const std::span<std::int64_t> of_series(from.data() + first, static_cast<std::size_t>(end - first));
    if (has_time && !std::ranges::is_sorted(of_series, {}, time_of)) std::ranges::stable_sort(of_series, {}, time_of);
    for (std::int64_t at = first; in_order && at < end; ++at) in_order = from.data()[at] == at;
  }
  if (!in_order) {
    ScratchArray<double> values(scratch_);
    ScratchArray<std::int64_t> time(scratch_);
    PanelRows moved(scratch_);
    values.reserve(static_cast<std::size_t>(rows) * cells.columns);
    time.reserve(static_cast<std::size_t>(rows));
    moved.reserve(rows);
    for (std::int64_t to = 0; to < rows; ++to) {
      const std::int64_t row = from.data()[to];
      std::copy_n(cells.values.data() + static_cast<std::size_t>(row) * cells.columns, cells.columns,
                  values.data() + static_cast<std::size_t>(to) * cells.columns);
      time.data()[to] = time_of(row);
      moved.set(to, series_of(row), file_row(row));
    }
    cells.values = std::move(values);
    cells.time = std::move(time);
    series_ = std::move(moved.series_);
    file_row_ = std::move(moved.file_row_);
  }
  if (has_time) return require_one_row_a_time(rows, cells.time.data(), place);
  for_each_series(series_.data(), rows, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t row = first; row < end; ++row) cells.time.data()[row] = row - first;
  });
}

void PanelRows::require_one_row_a_time(std::int64_t rows, const std::int64_t* time, const Place& place) const {
  for (std::int64_t row = 1; row < rows; ++row) {
    if (series_of(row) != series_of(row - 1) || time[row] != time[row - 1]) continue;
    const std::string earlier = place(file_row(row - 1));
    throw data_error(place(file_row(row)) + ": the series \"" + id_of(row) + "\" has a second row at " + format_time(time[row]) +
                     "; the first is in line " + earlier.substr(earlier.rfind(':') + 1) + "; keep one row for each series and time");
  }
}

}  // namespace pipeline
