#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "data/cleaning.h"
#include "pipeline/data/series.h"

namespace pipeline {

/// Rows after the last target of a series, in which columns known ahead have values. No split holds them; a forecast reads them.
class FutureRows {
 public:
  /// `columns`: those known ahead that a file holds.
  explicit FutureRows(std::vector<std::string> columns) : columns_(std::move(columns)) {}

  /// Moves such rows from the ends of the table's series to this object, and returns their number: those after the last target, if one of
  /// them has one of the columns. `without_targets`: of a series without any target, the number of its last rows that are such.
  std::int64_t cut_from(CleanTable& data, const std::vector<std::string>& targets, std::int64_t without_targets);
  /// For a file without times, the number of the row after the last one that cut_from() saw of each series.
  [[nodiscard]] std::span<const std::int64_t> ends() const { return ends_; }
  /// Adds all rows of a table that holds the columns alone, in their order. `series`: the number of each of its series; -1 leaves it out.
  /// `first_row`: of each of these numbers the row number of its first row, where rows have no times; else empty.
  void add_all(const CleanTable& data, std::span<const std::int64_t> series, std::span<const std::int64_t> first_row);

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(keys_.size()); }
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  /// The first `count` times of such rows of a series after a time; fewer where there are no more.
  [[nodiscard]] std::vector<std::int64_t> times_after(std::int64_t series, std::int64_t time, std::int64_t count) const;
  /// The values of the columns at a time, NaN where one is missing; nullptr where there is no such row.
  [[nodiscard]] const double* at(std::int64_t series, std::int64_t time) const;

 private:
  struct Key {
    std::int64_t series = 0, time = 0;
    std::size_t row = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  void add(std::int64_t series, std::int64_t time, std::span<const double> values);

  std::vector<std::string> columns_;
  std::vector<Key> keys_;       // sorted
  std::vector<double> values_;  // [rows, columns]
  std::vector<std::int64_t> ends_;
};

/// Whether rows known ahead may stand in a second file: where the first holds them under each other and is not resampled.
[[nodiscard]] bool takes_second_file(const SeriesInfo& info);

/// Whether a series is to be forecast.
[[nodiscard]] bool is_forecast(const InputReading& how, const std::string& id);

/// PreparedInput::known_rows and first_unknown.
struct KnownAhead {
  std::vector<std::int64_t> rows;
  std::string first_unknown;
};
/// Lengthens each series of the table by how.horizon rows at the times after its last one, with the columns known ahead from `rows`. Unless
/// how.partly, Error (data) names series, column and the first time at which one is missing that `how` asks for. Of a series that is not
/// forecast no row counts as known.
[[nodiscard]] KnownAhead append_future_rows(CleanTable& data, const SeriesInfo& info, const InputReading& how, const FutureRows& rows,
                                            const std::filesystem::path& scratch);

}  // namespace pipeline
