#pragma once

#include <span>
#include <string>

#include "data/cleaning.h"

namespace pipeline {

/// Sets `data.groups` and `data.group_of` by the words of a frequency column. `known`: the groups of a training, whose numbers hold; empty:
/// the words are numbered as they appear. Error (data) for a word that a training did not know.
void group_series(CleanTable& data, const SeriesWords& words, std::span<const FrequencyGroup> known);

/// Understands the time of each series of a panel: sets `data.axis`, without its segments, and `data.segments`. All series have one step,
/// or all of each group; with frequency = "infer" it is the one that most of them have, and with "" that of the group in `known`. Error
/// (data) names three series with another step, or the first gap.
void understand_panel(CleanTable& data, const std::string& frequency, const std::string& gaps, std::span<const FrequencyGroup> known);

}  // namespace pipeline
