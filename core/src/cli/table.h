#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace pipeline {

/// Rows of printable() text in columns as wide as their widest cell, for a terminal. Where the rows are wider than it, the widest columns
/// are wrapped between words.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings) { add(std::move(headings)); }
  void add(std::vector<std::string> row);
  /// Whether the rows, wrapped as far as words allow, are no wider than a terminal of `width` columns; 0: any number.
  [[nodiscard]] bool fits(int width) const;
  /// To stdout, in the width of its terminal; `indent` goes before each line.
  void print(const std::string& indent = "") const;
  /// `width`: columns of the terminal; 0: any number.
  void print(std::ostream& out, int width, const std::string& indent = "") const;

 private:
  [[nodiscard]] std::vector<std::size_t> column_widths(int width) const;

  std::vector<std::vector<std::string>> rows_;
};

}  // namespace pipeline
