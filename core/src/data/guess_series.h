#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/guess.h"

/// Guesses whether a file holds many series.
namespace pipeline {

/// The columns that tell the series of a file apart.
struct IdColumns {
  std::vector<std::string> columns;
  std::int64_t series = 0;
  std::int64_t repeats = 0;  ///< rows with the time of another row of their series: a few, which are left out
};
/// The columns, one to four, whose values tell rows with equal times apart: few times come twice with the same id. Words are preferred to
/// whole numbers, and columns to the left. nullopt if no time comes twice in the file, or if there are no such columns.
[[nodiscard]] std::optional<IdColumns> find_id_columns(const CsvFile& file, const std::vector<std::string>& time_columns,
                                                       const std::string& time_format);
/// The advice for a file whose times do not increase: `this file holds 3 series, told apart by unique_id: write series_column =
/// "unique_id"`. Empty if it does not.
[[nodiscard]] std::string series_advice(const CsvFile& file, const std::vector<std::string>& time_columns, const std::string& time_format);

/// A file whose rows are those of many series.
struct LongGuess {
  IdColumns ids;
  TimeGuess time;               ///< of the first series; without a frequency where the series have several steps and no column names them
  std::int64_t usual_rows = 0;  ///< the median number of rows of a series, the least where a column names their steps
  std::int64_t gaps = 0;        ///< in all series
  std::string frequency_column{};    ///< the column that tells the series of each step apart; empty: they have one, or no column does
  std::string counter{};             ///< a column that counts the rows of each series, which has no time
  bool is_numbered = false;          ///< the time is whole numbers, read as seconds
  std::vector<std::string> steps{};  ///< of series that no column tells apart; empty: they have one step, or there is such a column
};
/// The time of a file, and its series if there are many: then the time is that of the first.
struct SeriesGuess {
  TimeGuess time;
  std::optional<LongGuess> many;
};
/// Error (data), as guess_time() throws it, for a file of one series.
[[nodiscard]] SeriesGuess guess_time_and_series(const std::filesystem::path& file, const ColumnGuess& columns, const TimeWishes& wishes);

}  // namespace pipeline
