#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/csv_file.h"
#include "data/time_axis.h"

/// The rows of a file's series, as a workflow is guessed from them.
namespace pipeline {

/// The rows of one series in the order of time.
struct RowsOfSeries {
  std::vector<std::int64_t> times;
  std::vector<bool> complete;   ///< whether all features have a value
  std::vector<bool> after_gap;  ///< whether the row does not follow the one before it
};

/// Marks the rows that follow a gap; an irregular axis has none.
void mark_gaps(RowsOfSeries& rows, const Frequency& frequency);

struct RowsQuestion {
  std::vector<std::string> series_columns, features;
  std::vector<std::int64_t> times{};  ///< of each row of the file
  std::vector<bool> left_out{};       ///< rows that belong to no series, as those known ahead; empty: none
  std::string frequency{};            ///< of all series; empty: each has a step of its own
};
/// Error (data) for cells that `run` would refuse.
[[nodiscard]] std::vector<RowsOfSeries> rows_of_series(const CsvFile& file, const RowsQuestion& question);

}  // namespace pipeline
