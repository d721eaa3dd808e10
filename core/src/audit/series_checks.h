#pragma once

#include "audit/finding.h"
#include "pipeline/data/series.h"
#include "pipeline/value.h"

namespace pipeline {

/// Whether center and scale of each column are those of training rows: with all rows, the numbers would know the test.
[[nodiscard]] Finding check_scaling(const Series& series);
/// Whether filled values before the border of a split come from values after it.
[[nodiscard]] Finding check_filling(const Series& series);
/// Whether a column known ahead is a target in disguise: its values are those of the target in a row that a forecast of `horizon` steps
/// does not know yet.
[[nodiscard]] Finding check_known_columns(const Series& series, std::int64_t horizon);
/// Whether a feature is a target of a later row: its values are those of the target up to `horizon` rows ahead.
[[nodiscard]] Finding check_past_columns(const Series& series, std::int64_t horizon);
/// Whether rows that one series is tested on are older than rows that another one trains on.
[[nodiscard]] Finding check_times(const Series& series);
/// Whether two series have the same values.
[[nodiscard]] Finding check_duplicates(const Series& series);

}  // namespace pipeline
