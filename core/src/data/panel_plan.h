#pragma once

#include "pipeline/data/prepare.h"

namespace pipeline {

/// Name of the values of a panel whose file has no column for them: layout wide.
inline constexpr const char* wide_value = "y";

/// The layout that the options mean: series_column implies long.
[[nodiscard]] Layout layout_of(const PrepareOptions& options);
/// The options with the features and targets that the rows of a panel have: of layout wide, the targets become one column. Error (usage)
/// for options that do not fit the layout.
[[nodiscard]] PrepareOptions with_columns_of_rows(const PrepareOptions& options);
/// Adds to `info` what makes it a panel, and how more such files are read. Nothing for layout columns.
void plan_panel(const PrepareOptions& options, SeriesInfo& info);

}  // namespace pipeline
