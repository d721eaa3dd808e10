#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/csv_file.h"
#include "pipeline/errors.h"

namespace pipeline {

/// Reads the chosen columns of a file row by row, without an allocation per row.
class CsvReader {
 public:
  /// `numbers` and `texts` are column indices; a column may be in both.
  CsvReader(const CsvFile& file, std::span<const std::size_t> numbers, std::span<const std::size_t> texts);

  /// Reads the next row: numbers[i] is the value of the i-th number column, NaN where it is missing. False after the last row.
  /// Error (data) for a cell that is no number, cells of one column in several units, a line with too few or too many cells, or an unclosed
  /// quote.
  bool next(double* numbers);
  /// The i-th text column of the row just read, without quotes and surrounding spaces.
  [[nodiscard]] std::string_view text(std::size_t i) const { return texts_[i]; }
  /// Errors name no cure from here on: a cure is tried by reading, which must not look for another one.
  void leave_out_cures() { has_cures_ = false; }
  /// "data.csv:17" of the row just read.
  [[nodiscard]] std::string place() const { return file_.place(row_); }
  /// Bytes read so far.
  [[nodiscard]] std::size_t consumed() const { return static_cast<std::size_t>(at_ - file_.body().data()); }
  [[nodiscard]] const CsvFile& file() const { return file_; }
  /// The number of lines of nothing but delimiters among the lines read so far.
  [[nodiscard]] std::int64_t empty_rows() const { return empty_rows_; }
  /// The unit of each column's cells ("%"), one a column; empty if no cell had one.
  [[nodiscard]] std::span<const std::string> units() const { return units_; }
  /// The place of the first number of a column, other than 0, that has no unit; empty: there is none. `before`: the end of the text that is
  /// read, of the file's body; nullptr: all.
  [[nodiscard]] static std::string place_without_unit(const CsvFile& file, std::size_t column, const char* before = nullptr);

 private:
  static constexpr int unwanted = -1;
  static constexpr int checked = -2;  // in place of a text: a number that read_plain_number alone must not take
  struct Column {
    int number = unwanted;  // index into numbers
    int text = unwanted;
  };

  [[nodiscard]] bool skip_to_row();
  void read_column(std::size_t column, double* numbers);
  bool read_plain_number(double& out);
  bool read_checked_number(double& out, std::size_t column);
  [[nodiscard]] double parse_cell(std::string_view cell, std::size_t column);
  void note_unit(std::string_view unit, std::size_t column);
  void require_unit(double value, std::size_t column) const;
  [[nodiscard]] double unless_missing(double value, std::size_t column) const;
  [[nodiscard]] const MissingValues* missing_in(std::size_t column) const;
  std::string_view take_field(std::string& buffer);
  std::string_view take_quoted(std::string& buffer);
  void end_row();
  /// The mistake of a line with other cells than there are columns; `cure` is that of a single line.
  [[nodiscard]] Error other_length(std::size_t cells, const std::string& cure) const;
  [[nodiscard]] bool at_line_end() const;

  const CsvFile& file_;
  const char delimiter_;
  const char comment_;        // the first character of comments
  const bool plain_numbers_;  // "." as decimal sign: std::from_chars reads cells in place
  std::vector<Column> columns_;
  std::vector<std::string_view> texts_;
  std::vector<std::string> buffers_;  // one per column, for quoted cells with escapes
  const char* at_;
  const char* end_;
  const char* row_;
  std::vector<std::string> units_;  // one per column, of its cells; empty: no cell had a unit so far
  std::int64_t empty_rows_ = 0;
  bool has_cures_ = true;
};

}  // namespace pipeline
