#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/cleaning.h"
#include "data/split.h"

namespace pipeline {

/// The series that have too few rows to be split: none at all, none for a split that takes rows from the end of each, or none to train on
/// where each is scaled by its own training rows.
[[nodiscard]] std::vector<std::int64_t> too_short_to_split(const CleanTable& data, const SplitRule& rule, bool scaled_by_series);

/// The ends of the splits in each series. Tails are taken of each series, by its frequency word where the rule has words. Two times hold
/// for all; fractions and counts are of the distinct times of all series, so that they are times for all too. Error (data) when a split is
/// empty in every series.
[[nodiscard]] SplitEnds split_panel(const CleanTable& data, const SplitRule& rule);

}  // namespace pipeline
