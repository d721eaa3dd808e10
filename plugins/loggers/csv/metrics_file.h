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

/// The extent of a file. It is counted in lines, because a new column changes every line.
struct Extent {
  std::int64_t rows = 0;
  std::vector<std::string> columns;

  [[nodiscard]] Value to_value() const;
  [[nodiscard]] static Extent from_value(const Value& value);
};

/// metrics.csv: one line a call; one column for each scalar and for `step`, sorted by name as in Lightning's CSVLogger; an empty cell if
/// the call lacks the scalar. A new scalar adds a column to the existing lines. They are rewritten to a file beside it, which then
/// takes its place, so memory holds only the given rows. Lines end in \n; doubles keep every digit.
class MetricsFile {
 public:
  /// Continues an existing file.
  explicit MetricsFile(std::filesystem::path path) : path_(std::move(path)) {}
  /// Error (unexpected) with the system's reason.
  void append(std::span<const Row> rows);
  [[nodiscard]] Extent extent() const { return {.rows = rows_, .columns = columns_}; }
  /// Removes the lines and columns written after `extent`, and returns how many of its lines the file lacks. Error (unexpected) as in
  /// append().
  [[nodiscard]] std::int64_t cut(const Extent& extent);
  /// Whether the last line with these scalars holds exactly this.
  [[nodiscard]] bool ends_with(const Row& row);

 private:
  void adopt_existing();
  /// Moves the cells of at most `rows` lines to `columns`.
  void rewrite(const std::vector<std::string>& columns, std::int64_t rows);
  [[nodiscard]] std::string line_of(const Row& row) const;

  std::filesystem::path path_;
  std::vector<std::string> columns_;  // sorted; empty until the file has a header
  std::int64_t rows_ = 0;             // lines below the header
  bool started_ = false;
  bool torn_ = false;  // a crash cut off the last line
};

/// The cells of one line, without quotes.
[[nodiscard]] std::vector<std::string> split_line(std::string_view line);

}  // namespace pipeline::loggers::csv
