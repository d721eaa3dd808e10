#include "data/panel_rows.h"

#include <utility>
#include <vector>

namespace pipeline {

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

// A counting sort, which keeps the order within a series.
ScratchArray<std::int64_t> PanelRows::order_by_series(std::int64_t rows) const {
  std::vector<std::int64_t> next(static_cast<std::size_t>(ids_.size()) + 1);
  for (std::int64_t row = 0; row < rows; ++row) ++next[static_cast<std::size_t>(series_.data()[row]) + 1];
  for (std::size_t s = 1; s < next.size(); ++s) next[s] += next[s - 1];
  ScratchArray<std::int64_t> from(scratch_);
  from.reserve(static_cast<std::size_t>(rows));
  for (std::int64_t row = 0; row < rows; ++row) from.data()[next[static_cast<std::size_t>(series_.data()[row])]++] = row;
  return from;
}

void PanelRows::take(std::span<const std::int64_t> from) {
  ScratchArray<std::int64_t> series(scratch_), file_row(scratch_);
  series.reserve(from.size());
  file_row.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    series.data()[i] = series_of(from[i]);
    file_row.data()[i] = this->file_row(from[i]);
  }
  series_ = std::move(series);
  file_row_ = std::move(file_row);
}

}  // namespace pipeline
