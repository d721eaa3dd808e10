#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "data/mapped_file.h"
#include "data/series_ids.h"

namespace pipeline {

/// The series of each row of a table, and the row of the file that it came from.
class PanelRows {
 public:
  /// `scratch`: folder for nameless files.
  explicit PanelRows(const std::filesystem::path& scratch);

  [[nodiscard]] SeriesIds& ids() { return ids_; }
  [[nodiscard]] const SeriesIds& ids() const { return ids_; }
  void reserve(std::int64_t rows);
  void set(std::int64_t row, std::int64_t series, std::int64_t file_row);
  void move(std::int64_t from, std::int64_t to);
  [[nodiscard]] std::int64_t series_of(std::int64_t row) const { return series_.data()[row]; }
  [[nodiscard]] std::int64_t file_row(std::int64_t row) const { return file_row_.data()[row]; }
  [[nodiscard]] const std::string& id_of(std::int64_t row) const { return ids_[series_of(row)]; }
  /// The series of the first `rows` rows.
  [[nodiscard]] std::span<const std::int64_t> series(std::int64_t rows) const { return {series_.data(), static_cast<std::size_t>(rows)}; }

  /// For each place in the order of series, as their first rows come, the row that belongs there; rows of one series keep their order.
  [[nodiscard]] ScratchArray<std::int64_t> order_by_series(std::int64_t rows) const;
  /// Row i becomes what row `from[i]` was.
  void take(std::span<const std::int64_t> from);

 private:
  std::filesystem::path scratch_;
  SeriesIds ids_;
  ScratchArray<std::int64_t> series_, file_row_;
};

}  // namespace pipeline
