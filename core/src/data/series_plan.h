#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "pipeline/data/feature.h"
#include "pipeline/data/prepare.h"
#include "pipeline/data/series.h"

namespace pipeline {

/// Names, columns and transforms of the future series, from the options alone; these have passed their own checks. The columns are those of
/// the file; columns of words that become one-hot are left out. Error (usage) for options that do not fit each other.
[[nodiscard]] SeriesInfo plan_series(const PrepareOptions& options);
/// The columns of words that become a column for each word.
[[nodiscard]] std::vector<std::string> one_hot_columns(const PrepareOptions& options);

/// The columns known ahead of a file's description, with those that are only read.
[[nodiscard]] std::vector<std::string> known_in_file(const SeriesInfo& info);
/// Whether a column of the file, kept or only read, holds words.
[[nodiscard]] bool holds_words(const SeriesInfo& info, const std::string& column);
/// Error (usage) where words would be summed up as numbers, in the columns that are read.
void require_word_summaries(const PrepareOptions& options, const SeriesInfo& read);

/// Adds columns that features make, behind the features of the file. `reads`: the columns of the file that features read. Error (usage) for
/// a name that one of these, or another column of the series, has.
void add_made_columns(SeriesInfo& info, std::span<const FeatureColumn> made, const std::vector<std::string>& reads, Scaler scaler);
/// The description without them: what is read from a file.
[[nodiscard]] SeriesInfo without_made_columns(const SeriesInfo& info, std::span<const FeatureColumn> made);

/// The description with columns of the file that features read and the series does not keep.
[[nodiscard]] SeriesInfo with_columns_read(const SeriesInfo& info, const std::vector<std::string>& names);

/// The number of leading columns that a file must hold for a forecast: all but those that are only targets.
[[nodiscard]] std::size_t columns_of_inputs(const SeriesInfo& info);
/// By what a column is scaled: not at all, by the training rows of all series, or in each series by its own.
enum class ScaledBy { nothing, all_series, each_series };
[[nodiscard]] ScaledBy scaled_by(const SeriesInfo& info, std::size_t column);

}  // namespace pipeline
