#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/mapped_file.h"
#include "data/split.h"
#include "data/table.h"
#include "data/time_axis.h"

namespace pipeline {

/// A segment of one of the series.
struct TableSegment : Segment {
  std::int64_t series = 0;
};

/// Of each series, among all rows.
using SplitEnds = std::vector<SplitEnd>;

/// The series of one word of the frequency column.
struct GroupAxis {
  std::string word;
  Frequency frequency;
  std::int64_t series = 0, gaps = 0;
};

/// A table after the treatment of gaps and missing values. Its segments count rows of the table. If columns are differences, the first row
/// of each segment (the lead) serves only the row after it and does not belong to the series.
struct CleanTable {
  Table table;
  TimeAxis axis;
  std::vector<std::string> names;                      ///< of the columns
  std::size_t required;                                ///< number of leading columns in which missing values count
  std::int64_t lead = 0;                               ///< lead rows of a segment: 0 or 1
  std::vector<std::string> ids;                        ///< of the series of a panel; empty: there is one series
  std::vector<TableSegment> segments;                  ///< in the order of series and rows
  std::vector<GroupAxis> groups{};                     ///< frequency groups; empty: all series have the frequency of `axis`
  std::vector<std::int64_t> group_of{};                ///< [series] number of its group, if there are some
  std::vector<std::int64_t> missing;                   ///< per column
  std::optional<ScratchArray<std::uint8_t>> observed;  ///< [rows, columns], absent if no value was filled

  /// Rows of the series, without leads.
  [[nodiscard]] std::int64_t rows() const;
  /// The segments in rows of the series.
  [[nodiscard]] std::vector<Segment> series_segments() const;
  [[nodiscard]] std::int64_t series_count() const { return ids.empty() ? 1 : static_cast<std::int64_t>(ids.size()); }
  /// [series + 1] the first row of each series among the rows without leads, then their number.
  [[nodiscard]] std::vector<std::int64_t> series_start() const;
  [[nodiscard]] std::span<const TableSegment> segments_of(std::int64_t series) const;
  /// Rows of one series before a time.
  [[nodiscard]] std::int64_t rows_before(std::int64_t time, std::int64_t series = 0) const;
  /// The rows of the table that each series' training rows are, by the ends of its splits.
  [[nodiscard]] std::vector<TableSegment> training_rows(const SplitEnds& ends) const;

  /// Gives rows and marks other columns: column i is what from[i] was, or a new one without a value for Table::no_column.
  void take_columns(std::span<const std::size_t> from, const std::filesystem::path& scratch);
  /// The same with rows, as Table::take_rows() does. The segments stay as they are.
  void take_rows(std::span<const std::int64_t> from, std::span<const std::int64_t> times, const std::filesystem::path& scratch);

  /// Calls f(row of the table, row of the series, number of the series) for all rows without leads.
  template <class F>
  void for_rows(F f) const {
    std::int64_t to = 0;
    for (const TableSegment& s : segments) {
      for (std::int64_t row = s.first + lead; row < s.first + s.count; ++row) f(row, to++, s.series);
    }
  }
};

/// Counts missing values. For missing = "drop" it removes their rows, which ends segments. For missing = "error" it throws an Error (data)
/// that names the first one.
void drop_missing(CleanTable& data, const std::string& missing);
/// Fills missing values by forward_fill or interpolate, within segments and never across the end of a split; without ends there are no
/// splits. Rows after the last end are in no split and are filled forward. Error (data) for a gap without a value before it.
void fill_missing(CleanTable& data, const std::string& missing, const SplitEnds& ends, const std::filesystem::path& scratch);

}  // namespace pipeline
