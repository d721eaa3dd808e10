#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "data/csv_format.h"

/// Guesses how a CSV file is written from its first lines. `new-workflow` writes what is found; `run` and `validate` name it as a cure.
namespace pipeline {

/// What the first line that holds data is.
enum class HeadingKind {
  names,     ///< words
  numbered,  ///< 0, 1, 2, ...: names of columns that were numbered
  none,      ///< a row as those below it
  doubtful   ///< whole numbers that may be either
};

struct FormatGuess {
  CsvFormat format;  ///< encoding, delimiter, comment, skip_rows, skip_after_header, header; no sign of numbers
  HeadingKind heading = HeadingKind::names;
  std::size_t columns = 0;                   ///< number of cells of most rows
  std::vector<std::string> skipped_words{};  ///< the cells of the first line between heading and data that holds none
};

/// Error (data) for a file that is missing or no text.
[[nodiscard]] FormatGuess guess_format(const std::filesystem::path& file);
/// The same for a text in UTF-8, whose encoding and line ends are known.
[[nodiscard]] FormatGuess guess_text_format(std::string_view text);

}  // namespace pipeline
