#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/cleaning.h"
#include "pipeline/data/prepare.h"

namespace pipeline {

/// The largest number, scaled, that a model is trained on: the sum of a batch's squared errors stays within float32.
inline constexpr double most_scaled = 1e15;

/// Sets center and scale of each column from the rows of the table in `training_rows`, after its transform: standard (mean, population
/// deviation), minmax (minimum, range) or robust (median, interquartile range with NumPy's linear percentiles); "none" leaves 0 and 1. A
/// constant column keeps scale 1, and one without rows center 0 and scale 1. Returns the names of the constant columns.
std::vector<std::string> fit_scaler(Scaler scaler, CleanTable& data, std::span<const TableSegment> training_rows,
                                    std::vector<ColumnTransform>& columns);

}  // namespace pipeline
