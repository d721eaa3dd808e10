#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/guess.h"
#include "data/series_rows.h"

namespace pipeline {

/// A file of which most names of columns are times.
struct AcrossGuess {
  CsvFormat format;
  std::string time_format;
  std::vector<std::string> series_columns;
  TimeGuess time;  ///< of the names
  std::int64_t series = 0, times = 0;
  std::vector<RowsOfSeries> rows{};  ///< from the first value of each series to its last
  std::int64_t missing_cells = 0;    ///< in these
  std::vector<std::string> notes{};  ///< for people: what was taken for what
};
/// nullopt for any other file. Error (data) for rows that no column tells apart, and for cells that `run` would refuse.
[[nodiscard]] std::optional<AcrossGuess> guess_dates_across(const std::filesystem::path& file);

}  // namespace pipeline
