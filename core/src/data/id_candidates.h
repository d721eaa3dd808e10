#pragma once

#include <string>
#include <vector>

#include "data/id_choices.h"

namespace pipeline {

/// The columns that may hold ids, words first: those with 2 values at least and with three rows a value on average. Times are none, nor
/// parts of a time such as hours and months, which would tell the rows of one series apart.
[[nodiscard]] std::vector<IdCandidate> id_candidates(const CsvFile& file, const std::vector<std::string>& without);

}  // namespace pipeline
