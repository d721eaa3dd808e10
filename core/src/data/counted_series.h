#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/guess_series.h"
#include "data/id_choices.h"

namespace pipeline {

/// The series of a file without a time, whose rows are counted: those of a column of ids within each of which a column of whole numbers
/// counts the rows, as `ds` of unique_id,ds,y does. A column that is named for the id of a series needs no such count. nullopt: the file is
/// one series.
[[nodiscard]] std::optional<LongGuess> guess_counted_series(const CsvFile& file, const ColumnGuess& columns,
                                                            const std::vector<IdCandidate>& candidates);

}  // namespace pipeline
