#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/csv_files.h"
#include "data/mapped_file.h"
#include "data/panel_rows.h"
#include "pipeline/data/prepare.h"

namespace pipeline {

/// The part of one CSV file, or of several with one heading, that becomes a table.
struct TableRequest {
  std::vector<std::filesystem::path> files;
  CsvFormat format;
  std::vector<std::string> time_columns;  ///< joined by spaces; none: the row number is the time
  std::string time_format;
  std::vector<std::string> columns;
  std::size_t required = 0;                   ///< number of leading columns that must exist; others may be absent (NaN)
  std::filesystem::path scratch;              ///< folder for the nameless files that hold the table
  const std::atomic<int>* cancel = nullptr;   ///< not 0: stop with Error (interrupted)
  Layout layout = Layout::columns;            ///< where the series of a panel stand
  std::vector<std::string> series_columns{};  ///< of layouts long and dates_across: the columns of the ids
  bool all_series = true;                     ///< of layout wide: each of the following columns must exist
  std::vector<std::string> wide{};  ///< of layout wide: the columns that are series; `columns` begins with the name of their values
};

/// Rows of numbers with a strictly increasing time, in mapped files instead of anonymous memory. The rows of a panel lie series after
/// series, each in the order of time.
class Table {
 public:
  /// Error (data) with file and line, as CsvReader throws it; also for times that are unreadable, missing or not increasing.
  explicit Table(const TableRequest& request);

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] bool has_time() const { return has_time_; }
  /// Whether the times had offsets and became UTC.
  [[nodiscard]] bool utc() const { return utc_; }
  [[nodiscard]] std::span<const std::int64_t> time() const { return {time_.data(), static_cast<std::size_t>(rows_)}; }
  [[nodiscard]] std::span<double> values() { return {values_.data(), static_cast<std::size_t>(rows_) * columns_}; }  ///< [rows, columns]
  [[nodiscard]] double* row(std::int64_t row) { return values_.data() + static_cast<std::size_t>(row) * columns_; }
  [[nodiscard]] std::size_t file_size() const { return files_.size(); }
  /// The number of lines of nothing but delimiters, which are no rows.
  [[nodiscard]] std::int64_t empty_rows() const { return empty_rows_; }
  /// The series of the rows; nullptr unless it is a panel.
  [[nodiscard]] const PanelRows* panel() const { return panel_ ? &*panel_ : nullptr; }

  /// "data.csv:17" of a row, counted as in the file, before rows are dropped. Reads the file again. The series of a panel is named too.
  [[nodiscard]] std::string place(std::int64_t row) const;
  /// The time of a row as text for people.
  [[nodiscard]] std::string time_text(std::int64_t row) const;
  /// Overwrites row `to` with row `from`; `to` <= `from`.
  void move_row(std::int64_t from, std::int64_t to);
  void truncate(std::int64_t rows) { rows_ = rows; }

 private:
  void read_rows(const TableRequest& request, std::span<const std::size_t> numbers, std::span<const std::size_t> texts);
  void read_layout(const TableRequest& request);
  void make_room(std::int64_t rows);
  [[nodiscard]] std::string line_of(std::int64_t file_row) const;

  CsvFiles files_;
  std::size_t columns_;
  bool has_time_, utc_ = false;
  std::int64_t rows_ = 0, capacity_ = 0, empty_rows_ = 0;
  ScratchArray<double> values_;
  ScratchArray<std::int64_t> time_;
  std::optional<PanelRows> panel_;
};

}  // namespace pipeline
