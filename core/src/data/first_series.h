#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "data/csv_reader.h"
#include "data/guess.h"

namespace pipeline {

/// The time of the first series that the columns tell apart, guessed from its rows alone; nullopt if it has none. LocalTimesError, with a
/// place in a copy of these rows, where only a time zone is missing.
[[nodiscard]] std::optional<TimeGuess> time_of_first_series(const CsvFile& file, const std::vector<std::size_t>& ids,
                                                            const ColumnGuess& columns, const std::string& time_zone);

}  // namespace pipeline
