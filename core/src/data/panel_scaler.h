#pragma once

#include <cstdint>
#include <vector>

#include "data/cleaning.h"
#include "data/series_plan.h"
#include "pipeline/data/prepare.h"

namespace pipeline {

/// The scales of a panel's series, each fitted on its own rows.
struct FittedPanel {
  std::vector<double> scale;           ///< [series, columns, 2] center and scale
  std::vector<std::int64_t> constant;  ///< for each column, in how many series it is constant: its scale there is 1
  std::int64_t without_rows = 0;       ///< series without a row to fit on: center 0, scale 1
};
/// `training_rows`: rows of the table, in the order of series.
[[nodiscard]] FittedPanel fit_each_series(Scaler scaler, CleanTable& data, std::span<const TableSegment> training_rows,
                                          const std::vector<ColumnTransform>& columns);

/// Sets center and scale of the columns that are scaled by the rows of all series. Returns the names of the constant ones.
std::vector<std::string> fit_columns_of_all(Scaler scaler, CleanTable& data, std::span<const TableSegment> training_rows, SeriesInfo& info);
/// Gives every series the scales in info.columns of the columns that are not scaled by series.
void share_scales(std::vector<double>& scale, const SeriesInfo& info);
[[nodiscard]] bool any_scaled_by(const SeriesInfo& info, ScaledBy by);

/// The columns as they are scaled in one series.
[[nodiscard]] std::vector<ColumnTransform> columns_in(std::int64_t series, const std::vector<ColumnTransform>& columns,
                                                      const PanelView& panel);

}  // namespace pipeline
