#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
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

  /// A table's levels [rows, columns] and times.
  struct Cells {
    std::size_t columns;
    ScratchArray<double>& values;
    ScratchArray<std::int64_t>& time;
  };
  using Place = std::function<std::string(std::int64_t file_row)>;
  /// Brings the rows into the order of (series, time), series in the order of their first rows; rows are copied once, from file to file.
  /// Without times the rows of each series are counted from 0. Error (data) for two rows of one series at the same time; `place` tells
  /// where a row of the file stands.
  void arrange(std::int64_t rows, const Cells& cells, bool has_time, const Place& place);

 private:
  [[nodiscard]] ScratchArray<std::int64_t> order_by_series(std::int64_t rows) const;
  void require_one_row_a_time(std::int64_t rows, const std::int64_t* time, const Place& place) const;

  std::filesystem::path scratch_;
  SeriesIds ids_;
  ScratchArray<std::int64_t> series_, file_row_;
};

}  // namespace pipeline
