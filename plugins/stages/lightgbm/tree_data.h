#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/data/series.h"

namespace pipeline::stage::lightgbm {

/// The rows that trees learn from and forecast, of one series or of many. A view: the series or the input must outlive it.
struct TreeData {
  const SeriesInfo& info;
  std::span<const float> values;              ///< [rows, columns], scaled
  std::span<const double> targets;            ///< [rows, targets], original units
  std::span<const std::uint8_t> observed;     ///< [rows, columns]
  std::span<const float> fixed;               ///< [series, SeriesInfo::fixed]
  std::span<const std::int32_t> fixed_codes;  ///< [series, SeriesInfo::fixed_words]
  std::span<const Segment> segments;
  PanelView panel;
  std::vector<std::int64_t> learned_end;  ///< [series] one after the last row that is learned from

  /// The rows of a workflow's series. What comes before a split is learned from.
  [[nodiscard]] static TreeData before(Split split, const Series& series);
  /// The rows of an input.
  [[nodiscard]] static TreeData of(const PreparedInput& input, const SeriesInfo& info, std::vector<std::int64_t> learned_end);

  [[nodiscard]] std::int64_t first_row(std::int64_t series) const {
    return panel.start.empty() ? 0 : panel.start[static_cast<std::size_t>(series)];
  }
};

}  // namespace pipeline::stage::lightgbm
