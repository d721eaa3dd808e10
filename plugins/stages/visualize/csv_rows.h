#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/errors.h"

namespace pipeline::stage::visualize {

/// Lines of a CSV file that the program wrote itself, one at a time. Only the header, whose names may be any text, has line breaks within
/// quotes and doubled quotes, the other cells being numbers and times.
class CsvRows {
 public:
  /// Reads the header. Error (data) when the file cannot be opened or is empty.
  explicit CsvRows(const std::filesystem::path& file);
  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  /// The next line's cells; false at the end. Views live until the next call. Error (data) when their number is not the header's.
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
  std::filesystem::path file_;
  std::vector<char> buffer_;  // outlives the stream that uses it
  std::ifstream in_;
  std::int64_t line_number_ = 0;
  std::string line_;
  std::vector<std::string> header_;
  std::vector<std::string_view> cells_;
};

}  // namespace pipeline::stage::visualize
