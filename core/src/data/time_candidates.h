#pragma once

#include <string>
#include <vector>

#include "data/guess.h"

namespace pipeline {

/// Columns that may hold the time, and the forms to try.
struct TimeCandidate {
  std::vector<std::string> columns;
  std::vector<std::string> forms;
  bool named = false;    ///< for a time
  bool numbers = false;  ///< one column of numbers
};
/// The likeliest first: words before numbers, names of times before others.
[[nodiscard]] std::vector<TimeCandidate> time_candidates(const std::vector<ColumnFacts>& columns);

}  // namespace pipeline
