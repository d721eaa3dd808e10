#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace pipeline {

/// Rows of printable() text in columns as wide as their widest cell, for a terminal.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings) { add(std::move(headings)); }
  void add(std::vector<std::string> row);
  void print(std::ostream& out, const std::string& indent = "") const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace pipeline
