#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/file_times.h"
#include "data/id_choices.h"

/// Finds the columns of a file that tell its series apart.
namespace pipeline {

inline constexpr std::int64_t least_rows_of_a_series = 3;

/// The series of each row by the values of some columns.
struct RowSeries {
  std::vector<std::int64_t> of_row;
  std::int64_t count = 1;
};

/// How well series tell rows of equal times apart.
struct Apartness {
  std::int64_t series = 1;
  std::int64_t repeats = 0;  ///< rows with the time of another row of their series
  double coverage = 1;       ///< the share of the file's times between a series' first and last that it has
};
[[nodiscard]] Apartness apartness(const RowSeries& series, const FileTimes& times);

/// A choice of columns, in the order of the file.
struct IdChoice {
  std::vector<std::size_t> columns;
  std::int64_t series = 0;
  std::int64_t repeats = 0;  ///< at most one row in twenty
};

/// Tries each candidate alone, then two together, then more, as many as four: the one that leaves the fewest repeats is added, and those
/// that are not needed are left out. A few repeats are mistakes of the file, as in a file of one series; a measurement, whose value changes
/// from row to row, would tell them apart too, and is no id.
class IdSearch {
 public:
  IdSearch(const CsvFile& file, std::vector<IdCandidate> candidates, const FileTimes& times);
  /// nullopt if no time comes twice in the file, or if no columns tell the rows apart.
  [[nodiscard]] std::optional<IdChoice> find() const;

 private:
  using Set = std::vector<std::size_t>;  // of candidates
  [[nodiscard]] RowSeries together(const Set& set) const;
  [[nodiscard]] Apartness look_at(const Set& set) const { return apartness(together(set), times_); }
  [[nodiscard]] bool has_few(const Apartness& apart) const;
  [[nodiscard]] bool may_be_id(const Set& set, const Apartness& apart, bool needs_more) const;
  [[nodiscard]] std::vector<std::size_t> finest_first() const;
  [[nodiscard]] bool determines(std::size_t one, std::size_t other) const;
  [[nodiscard]] std::optional<Set> one_of(std::vector<Set> sets, const std::optional<Set>& with_few, std::optional<Set>& first_few) const;
  [[nodiscard]] std::optional<Set> several(const std::vector<std::size_t>& order) const;
  [[nodiscard]] IdChoice choice_of(const Set& set) const;

  std::vector<IdCandidate> candidates_;
  const FileTimes& times_;
  std::vector<RowSeries> series_;  // of each candidate
  Apartness without_;              // if all rows were of one series
};

}  // namespace pipeline
