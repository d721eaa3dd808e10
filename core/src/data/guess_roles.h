#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "data/csv_file.h"

/// Guesses which columns of a file are fixed in a series, and which are known ahead.
namespace pipeline {

struct RoleQuestion {
  std::vector<std::string> series_columns;  ///< empty: the file holds one series
  std::vector<std::string> numbers;         ///< columns of numbers, targets included
  std::vector<std::string> words;           ///< columns of words
  std::vector<std::string> targets;
  static constexpr std::int64_t no_place = std::numeric_limits<std::int64_t>::min();
  /// Of each row of the file its place in the order of time, for example its time; no_place: the row is left out. Empty: the rows stand in
  /// that order.
  std::vector<std::int64_t> order{};
};
struct ColumnRoles {
  std::vector<std::string> fixed;         ///< columns of the question with one value in each series, but not in all
  std::vector<std::string> known_future;  ///< columns of numbers that have a value in each row after the last target of its series
  std::int64_t future_rows = 0;           ///< rows after the last target, in all series, with a value in some column of numbers
  std::int64_t missing = 0;               ///< cells without a value in those rows, of the columns of numbers
  std::vector<bool> ahead{};              ///< whether a row of the file is one of those; empty: none is
};
/// Reads the file twice, with what means "missing" in its format. Error (data) for cells that `run` would refuse.
[[nodiscard]] ColumnRoles guess_roles(const CsvFile& file, const RoleQuestion& question);

}  // namespace pipeline
