#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/cell_number.h"
#include "pipeline/value.h"

namespace pipeline {

/// What means "missing" beside the words of is_missing_cell().
struct MissingValues {
  std::vector<std::string> words;
  std::vector<double> numbers;  ///< in any spelling

  [[nodiscard]] bool has_word(std::string_view cell) const;
  [[nodiscard]] bool has_number(double number) const;
};

/// How a CSV file is written.
struct CsvFormat {
  char delimiter = ',';                               ///< ' ': runs of blanks and tabs
  std::string encoding = "utf-8";                     ///< as iconv names it
  std::int64_t skip_rows = 0, skip_after_header = 0;  ///< lines of the file before the heading, and between it and the data
  std::string comment{};                              ///< lines that begin with it hold no data; empty: there are none
  bool header = true;                                 ///< false: the first row is data, and columns are named 1, 2, ...
  NumberFormat numbers{};
  MissingValues missing{};                                         ///< in every column
  std::map<std::string, MissingValues, std::less<>> missing_in{};  ///< in the column of that name

  /// Whether a word means "missing" in a column of words.
  [[nodiscard]] bool is_missing_word(std::string_view word, const std::string& column) const;

  /// The format that the options describe. Error (usage) for a delimiter that is no single character, or an na_value that is no word or
  /// number.
  [[nodiscard]] static CsvFormat from_options(const std::string& delimiter, const std::string& decimal, const Value& na_values);
  /// The same, with the other options of [stages.preprocess] that tell how a file is read; those that are absent keep their defaults.
  [[nodiscard]] static CsvFormat from_source(const Value& options);
  /// The same for a second file of the workflow, which has a plain heading.
  [[nodiscard]] static CsvFormat of_second_file(const Value& options);
};

/// In a table of na_values, the name that stands for all columns.
inline constexpr const char* every_column = "*";

/// What means "missing", as the option na_values is written.
[[nodiscard]] Value na_values_of(const CsvFormat& format);

/// The delimiter as the option is written: "\\t" for a tab.
[[nodiscard]] std::string delimiter_text(char delimiter);

}  // namespace pipeline
