#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/mapped_file.h"
#include "pipeline/value.h"

namespace pipeline {

/// The format of cells.
struct CsvFormat {
  char delimiter = ',';
  char decimal = '.';
  std::vector<std::string> na_words;  ///< words that mean "missing", beside empty cells, NA and NaN
  std::vector<double> na_numbers;     ///< numbers that mean "missing", in any spelling

  /// The format that the options describe; Error (usage) for a delimiter that is no single character, or an na_value that is no word or
  /// number.
  [[nodiscard]] static CsvFormat from_options(const std::string& delimiter, const std::string& decimal, const Value& na_values);
};

/// Whether the cell is empty, NA or NaN, which means "missing" in every file.
[[nodiscard]] bool is_missing_cell(std::string_view cell);
/// The cell as a finite number with that decimal sign; nullopt when the whole cell is not one.
[[nodiscard]] std::optional<double> number_in_cell(std::string_view cell, char decimal);

/// A mapped CSV file: a header line, then rows. It accepts quotes, "" within quotes, LF and CRLF, a byte order mark and blank lines.
class CsvFile {
 public:
  /// Error (data) when the file is missing, empty or no CSV text.
  CsvFile(std::filesystem::path file, CsvFormat format);

  [[nodiscard]] const CsvFormat& format() const { return format_; }
  /// Names in the header; trailing columns without a name are left out.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool has(std::string_view column) const;
  /// Error (data) for an unknown name, with the nearest known one, or for a name that two columns share.
  [[nodiscard]] std::size_t index_of(std::string_view column) const;
  /// The line that names the columns, and the text after it.
  [[nodiscard]] std::string_view header() const { return header_; }
  [[nodiscard]] std::string_view body() const { return body_; }
  /// "data.csv:17", the line that holds `position`.
  [[nodiscard]] std::string place(const char* position) const;
  [[nodiscard]] std::size_t size() const { return file_.bytes().size(); }
  /// Error (data) if the file was changed while it was read.
  void require_unchanged() const { file_.require_unchanged(); }

 private:
  std::filesystem::path path_;
  MappedFile file_;
  CsvFormat format_;
  std::vector<std::string> names_;
  std::string_view header_, body_;
};

/// Reads the chosen columns of a file row by row, without an allocation per row.
class CsvReader {
 public:
  /// `numbers` and `texts` are column indices; a column may be in both.
  CsvReader(const CsvFile& file, std::span<const std::size_t> numbers, std::span<const std::size_t> texts);

  /// Reads the next row: numbers[i] is the value of the i-th number column, NaN where it is missing. False after the last row.
  /// Error (data) for a cell that is no number, a line with too few or too many cells, or an unclosed quote.
  bool next(double* numbers);
  /// The i-th text column of the row just read, without quotes and surrounding spaces.
  [[nodiscard]] std::string_view text(std::size_t i) const { return texts_[i]; }
  /// "data.csv:17" of the row just read.
  [[nodiscard]] std::string place() const { return file_.place(row_); }
  /// Bytes read so far.
  [[nodiscard]] std::size_t consumed() const { return static_cast<std::size_t>(at_ - file_.body().data()); }

 private:
  struct Column {
    int number = -1;  // index into numbers; -1: not wanted
    int text = -1;
  };

  void read_column(std::size_t column, double* numbers);
  bool read_plain_number(double& out);
  [[nodiscard]] double parse_cell(std::string_view cell, std::size_t column);
  std::string_view take_field(std::string& buffer);
  std::string_view take_quoted(std::string& buffer);
  void end_row();
  [[nodiscard]] bool at_line_end() const;

  const CsvFile& file_;
  const char delimiter_;
  const bool plain_numbers_;  // "." as decimal sign: std::from_chars reads cells in place
  std::vector<Column> columns_;
  std::vector<std::string_view> texts_;
  std::vector<std::string> buffers_;  // one per column, for quoted cells with escapes
  const char* at_;
  const char* end_;
  const char* row_;
};

}  // namespace pipeline
