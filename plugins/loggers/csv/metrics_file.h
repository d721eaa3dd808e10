#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/value.h"

namespace pipeline::loggers::csv {

/// The scalars of one call.
struct Row {
  std::vector<std::pair<std::string, double>> scalars;
  std::int64_t step = 0;
};

/// How much of a file there is: a later column changes every line, so it is counted in lines.
struct Extent {
  std::int64_t rows = 0;
  std::vector<std::string> columns;

  [[nodiscard]] Value to_value() const;
  [[nodiscard]] static Extent from_value(const Value& value);
};

/// metrics.csv: one line a call, one column a scalar and `step`, sorted by name as Lightning's CSVLogger leaves them, cells empty where a
/// call had no such scalar. A scalar that comes up later adds a column to the lines that are there, through a file beside it that is
/// renamed, so memory holds no more than the rows given. Lines end in \n, doubles keep every digit.
class MetricsFile {
 public:
  /// A file that is there is continued.
  explicit MetricsFile(std::filesystem::path path) : path_(std::move(path)) {}
  /// Error (unexpected) with the system's reason.
  void append(std::span<const Row> rows);
  [[nodiscard]] Extent extent() const { return {.rows = rows_, .columns = columns_}; }
  /// Takes back what was written after that: lines and columns. Error (unexpected) as append.
  void cut(const Extent& extent);

 private:
  void adopt_existing();
  /// Moves the cells of at most `rows` lines to other columns.
  void rewrite(const std::vector<std::string>& columns, std::int64_t rows);
  [[nodiscard]] std::string line_of(const Row& row) const;

  std::filesystem::path path_;
  std::vector<std::string> columns_;  // sorted; empty until the file has a header
  std::int64_t rows_ = 0;             // lines below the header
  bool started_ = false;
  bool torn_ = false;  // the last line was cut off by a crash
};

/// The cells of one line, quotes taken off.
[[nodiscard]] std::vector<std::string> split_line(std::string_view line);

}  // namespace pipeline::loggers::csv
