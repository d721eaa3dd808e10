#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/csv_reader.h"

/// Guesses the workflow for a CSV file from its data alone.
namespace pipeline {

/// The facts about one column.
struct ColumnFacts {
  std::string name;
  std::size_t index = 0;
  std::int64_t numbers = 0, missing = 0, words = 0;  ///< number of cells of each sort
  std::string word{};                                ///< the first cell that is no number
  bool one_word = true;                              ///< all words are equal to `word`
  bool constant = true, counts_rows = true;          ///< its numbers are all equal; each is one more than the number before
};

struct ColumnGuess {
  CsvFormat format;
  std::vector<ColumnFacts> columns;
  std::int64_t rows = 0;
};
/// Delimiter, decimal sign and facts of every column. Error (data) for a file without a header line or with too few rows.
[[nodiscard]] ColumnGuess guess_columns(const std::filesystem::path& file);

/// What the user says about the time.
struct TimeWishes {
  std::string time_zone;    ///< of times without an offset; empty: none
  bool count_rows = false;  ///< no column holds the time
};

struct TimeGuess {
  std::vector<std::string> columns;      ///< empty: the file has no time
  std::string format;                    ///< time_format; empty: ISO 8601
  std::string frequency = "none";        ///< "1h", "business_day", ...; "none": irregular or no time
  std::vector<std::int64_t> gap_rows{};  ///< of a regular axis: the rows that follow a gap, in the order of time
  std::int64_t step_ns = 0;              ///< of a regular axis shorter than months, else 0
  bool sort = false;                     ///< the file does not run from old to new
  std::int64_t repeats = 0;              ///< rows whose time an earlier row has: they are left out
  std::vector<std::int64_t> rows{};      ///< the file's rows in the order of time, without repeats; empty: as they stand
  std::vector<std::string> others{};     ///< what else might be the time, as text for people
};
/// The column or columns that hold the time. Error (data) if a column is nearly all times and cannot be the time for a few cells, or for
/// times that repeat: the file's lines and the cure are named.
[[nodiscard]] TimeGuess guess_time(const std::filesystem::path& file, const ColumnGuess& columns, const TimeWishes& wishes);

/// The forms (values of time_format) that fit all of the first rows: the likeliest, or several that are equally likely, as %d/%m/%Y and
/// %m/%d/%Y may be. `columns`: joined by spaces.
[[nodiscard]] std::vector<std::string> fitting_time_formats(const CsvFile& csv, const std::vector<std::string>& columns);
/// The end of a sentence for a column whose rows hold several forms; empty: they do not.
[[nodiscard]] std::string mixed_forms_text(const CsvFile& csv, const std::vector<std::string>& columns);

/// A column that is left out, and why.
struct LeftOut {
  std::string name, reason;
};

struct WorkflowGuess {
  std::string delimiter, decimal;
  std::int64_t rows = 0;
  TimeGuess time;
  std::string time_zone{};  ///< empty: none
  std::vector<std::string> features, target;
  std::string target_reason;
  std::vector<std::string> na_values;  ///< words
  std::vector<LeftOut> left_out;
  std::string gaps{};  ///< empty: there are none
  std::string missing = "error";
  std::int64_t missing_cells = 0;
  std::int64_t window = 0, horizon = 0, stride = 1;
};
/// `targets`: the columns to forecast, if the user names them. Error (data, usage) as above, and if no column is left to forecast.
[[nodiscard]] WorkflowGuess guess_workflow(const std::filesystem::path& file, const std::vector<std::string>& targets,
                                           const TimeWishes& wishes = {});

}  // namespace pipeline
