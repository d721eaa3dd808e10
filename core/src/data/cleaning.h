#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/mapped_file.h"
#include "data/table.h"
#include "data/time_axis.h"

namespace pipeline {

/// A table after the treatment of gaps and missing values. Its segments count rows of the table. If columns are differences, the first row
/// of each segment (the lead) serves only the row after it and does not belong to the series.
struct CleanTable {
  Table table;
  TimeAxis axis;
  std::vector<std::string> names;  ///< of the columns
  std::size_t required;            ///< number of leading columns in which missing values count
  std::int64_t lead = 0;           ///< lead rows of a segment: 0 or 1
  std::vector<Segment> segments;
  std::vector<std::int64_t> missing;                   ///< per column
  std::optional<ScratchArray<std::uint8_t>> observed;  ///< [rows, columns], absent if no value was filled

  /// Rows of the series, without leads.
  [[nodiscard]] std::int64_t rows() const;
  /// The segments in rows of the series.
  [[nodiscard]] std::vector<Segment> series_segments() const;
  /// Rows of the series before a time.
  [[nodiscard]] std::int64_t rows_before(std::int64_t time) const;

  /// Calls f(row of the table, row of the series) for the series' rows [first, last).
  template <class F>
  void for_rows(std::int64_t first, std::int64_t last, F f) const {
    std::int64_t at = 0;
    for (const Segment& s : segments) {
      const std::int64_t count = s.count - lead;
      for (std::int64_t i = std::max<std::int64_t>(first - at, 0); i < std::min(count, last - at); ++i) f(s.first + lead + i, at + i);
      at += count;
    }
  }
};

/// Counts missing values. For missing = "drop" it removes their rows, which ends segments. For missing = "error" it throws an Error (data)
/// that names the first one.
void drop_missing(CleanTable& data, const std::string& missing);
/// Fills missing values by forward_fill or interpolate, within segments and never across `borders` (series rows at which a split begins).
/// Rows after the last border are in no split and are filled forward. Error (data) for a gap without a value before it.
void fill_missing(CleanTable& data, const std::string& missing, std::span<const std::int64_t> borders,
                  const std::filesystem::path& scratch);

}  // namespace pipeline
