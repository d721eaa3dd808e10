#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/data/tier.h"
#include "pipeline/errors.h"
#include "pipeline/export.h"
#include "pipeline/value.h"

/// CSV as this program writes it: comma-separated, with a heading line and numbers that read back as the same double.
namespace pipeline {

/// A text as a cell, quoted where RFC 4180 needs it.
[[nodiscard]] PIPELINE_EXPORT std::string csv_field(std::string_view text);
/// Plain data as a cell; null gives an empty cell.
[[nodiscard]] PIPELINE_EXPORT std::string csv_value(const Value& value);
/// Appends a comma and the number, with the fewest digits that read back as the same double.
PIPELINE_EXPORT void append_csv_number(std::string& line, double number);

/// Reads a CSV file that this program wrote, one line at a time: memory does not depend on the file's length. Names in the heading and ids
/// of series may be any text; all other cells are numbers and times.
class PIPELINE_EXPORT CsvLines {
 public:
  /// Reads the heading. Error (data) when the file cannot be opened or is empty. The file lies in the folder of the stage that wrote it:
  /// errors tell the user to run that stage again.
  explicit CsvLines(const std::filesystem::path& file);
  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  /// Reads the next line; false at the end. Views of cells are valid until the next call. Error (data) when the line and the heading differ
  /// in the number of cells.
  [[nodiscard]] bool next();
  [[nodiscard]] std::string_view cell(std::size_t column) const { return cells_[column]; }
  /// A cell without the quotes that double those within it.
  [[nodiscard]] std::string text(std::size_t column) const;
  /// A cell as a number; NaN for an empty cell. Error (data) for any other text.
  [[nodiscard]] double number(std::size_t column) const;
  [[nodiscard]] std::int64_t integer(std::size_t column) const;
  /// An Error (data) that names file and line.
  [[nodiscard]] Error mistake(const std::string& what) const;

 private:
  bool read_line();
  void complete_line();
  void split_line();
  [[nodiscard]] std::string cure() const;
  std::filesystem::path file_;
  std::vector<char> buffer_;  // must outlive in_, which uses it
  std::ifstream in_;
  std::int64_t line_number_ = 0;
  std::string line_;
  std::vector<std::string> header_;
  std::vector<std::string_view> cells_;
};

}  // namespace pipeline
