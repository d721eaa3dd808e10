#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/csv_file.h"

/// Guesses the steps of a file of many series.
namespace pipeline {

struct StepsQuestion {
  std::vector<std::size_t> series_columns;
  std::vector<std::int64_t> times;  ///< of each row
  std::vector<std::size_t> words;   ///< columns of words: one may tell the series of each step apart
};
struct StepsGuess {
  std::vector<std::string> steps;      ///< of the series, as frequency takes them, sorted; one: all have it, or follow it
  std::int64_t frequency_column = -1;  ///< the column with the fewest words, where the series of each word have one step; -1: there is none
  std::int64_t gaps = 0;               ///< in all series, steps that are not those of the series' word
  std::int64_t usual_rows = 0;         ///< the median number of rows of a series, the least of all words
};
/// Reads the file twice. Rows may stand in any order.
[[nodiscard]] StepsGuess guess_steps(const CsvFile& file, const StepsQuestion& question);

}  // namespace pipeline
