#pragma once

#include <cstdint>
#include <string>

#include "data/cleaning.h"
#include "pipeline/data/series.h"

namespace pipeline {

/// The transformed and scaled value of a cell in a row of the table; Error (data) with its place beyond `most_scaled`.
[[nodiscard]] double scaled_value(const CleanTable& data, const ColumnTransform& column, double level, double previous, std::int64_t row);

}  // namespace pipeline
