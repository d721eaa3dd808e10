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

/// CSV as this program writes it: commas, a heading, numbers that read back as the same double.
namespace pipeline {

/// A text as a cell, in quotes where it needs them (RFC 4180).
[[nodiscard]] PIPELINE_EXPORT std::string csv_field(std::string_view text);
/// Plain data as a cell; null is an empty one.
[[nodiscard]] PIPELINE_EXPORT std::string csv_value(const Value& value);
/// Appends a comma and the number, with the fewest digits that read back as the same double.
PIPELINE_EXPORT void append_csv_number(std::string& line, double number);

/// Lines of a CSV file that this program wrote, one at a time: memory does not depend on the file's length. Only the heading, whose names
/// may be any text, has line breaks within quotes and doubled quotes; the other cells are numbers and times.
class PIPELINE_EXPORT CsvLines {
 public:
  /// Reads the heading. Error (data) when the file cannot be opened or is empty. The file's folder is that of the stage which wrote it:
  /// errors tell to run that stage again.
  explicit CsvLines(const std::filesystem::path& file);
  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  /// The next line's cells; false at the end. Views live until the next call. Error (data) when there are not as many as in the heading.
  [[nodiscard]] bool next();
  [[nodiscard]] std::string_view cell(std::size_t column) const { return cells_[column]; }
  /// A cell as a number; an empty one is NaN. Error (data) for anything else.
  [[nodiscard]] double number(std::size_t column) const;
  [[nodiscard]] std::int64_t integer(std::size_t column) const;
  /// Error (data) that names file and line.
  [[nodiscard]] Error mistake(const std::string& what) const;

 private:
  bool read_line();
  void complete_heading();
  void split_line();
  [[nodiscard]] std::string cure() const;
  std::filesystem::path file_;
  std::vector<char> buffer_;  // outlives the stream that uses it
  std::ifstream in_;
  std::int64_t line_number_ = 0;
  std::string line_;
  std::vector<std::string> header_;
  std::vector<std::string_view> cells_;
};

}  // namespace pipeline
