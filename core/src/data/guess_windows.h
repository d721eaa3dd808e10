#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/csv_file.h"
#include "data/guess.h"
#include "data/series_rows.h"

/// Guesses windows, and the treatment of gaps and of missing cells, from the rows that have all values.
namespace pipeline {

/// For each row, whether all its features are present. Error (data) for cells that `run` would refuse.
[[nodiscard]] std::vector<bool> complete_rows(const CsvFile& csv, const WorkflowGuess& guess, std::int64_t rows_of_file);
/// A mark for each row, in the order of time and without rows that repeat a time.
[[nodiscard]] std::vector<bool> in_order_of_time(const std::vector<bool>& marks, const TimeGuess& time);
/// The length L such that half of all complete rows lie in runs of at least L complete rows; windows must be shorter. `breaks`: rows that
/// begin a new run.
[[nodiscard]] std::int64_t typical_run(const std::vector<bool>& complete, const std::vector<std::int64_t>& breaks);

/// Chooses the treatment of gaps and missing cells, and windows that fit the remaining rows.
void choose_rows(WorkflowGuess& guess, const std::vector<bool>& complete);
/// The same for many series, of which one has about `usual_rows` rows.
void choose_rows_of_series(WorkflowGuess& guess, std::span<const RowsOfSeries> series, std::int64_t usual_rows);

}  // namespace pipeline
