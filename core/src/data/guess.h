#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/csv_reader.h"
#include "pipeline/errors.h"

/// Guesses the workflow for a CSV file from its data alone.
namespace pipeline {

/// The largest number of a column, or the smallest; how often it stands there; and the one next to it.
struct Extreme {
  double value = 0, next = 0;
  std::int64_t count = 0;
  bool has_next = false;
};

/// The facts about one column.
struct ColumnFacts {
  std::string name;
  std::size_t index = 0;
  bool shares_name = false;                          ///< another column has the same name
  std::int64_t numbers = 0, missing = 0, words = 0;  ///< number of cells of each sort
  std::string word{};                                ///< the first cell that is no number
  bool one_word = true;                              ///< all words are equal to `word`
  bool constant = true, counts_rows = true;          ///< its numbers are all equal; each is one more than the number before
  std::int64_t first_row = 0;                        ///< with a number
  std::int64_t unchanged = 0;                        ///< numbers that are equal to the one before
  double previous = 0;                               ///< the number read last
  std::vector<double> some_values{};                 ///< the first distinct ones, three at most
  std::int64_t censored = 0;                         ///< numbers that are limits: "<1"
  std::string marked{};                              ///< the first cell with a unit or a magnitude ("1.36M")
  Extreme largest{}, smallest{};
  std::optional<double> sentinel{};  ///< a value far outside the others that stands there several times

  [[nodiscard]] bool is_flag() const { return some_values.size() < 3; }
  [[nodiscard]] bool is_nearly_constant() const { return 10 * unchanged >= 9 * numbers; }
};

struct ColumnGuess {
  CsvFormat format;
  std::vector<ColumnFacts> columns;
  std::int64_t rows = 0;
  std::vector<std::string> notes{};  ///< for people: what was taken for what
};
/// Format and facts of every column. `header`: whether a line names the columns, if the user says so. Error (data) for a file without a
/// heading that can be used, or with too few rows.
[[nodiscard]] ColumnGuess guess_columns(const std::filesystem::path& file, std::optional<bool> header = std::nullopt);

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
/// Times repeat on a day on which clocks go back, and no time zone is named: the cure is to name one.
struct LocalTimesError : Error {
  LocalTimesError(const std::string& place, std::string cure) : Error(ExitStatus::data, place + ": " + cure), sentence(std::move(cure)) {}
  std::string sentence;  ///< without the place
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
  CsvFormat format;  ///< with what means "missing"
  std::int64_t rows = 0;
  TimeGuess time;
  std::string time_zone{};  ///< empty: none
  std::vector<std::string> features, target;
  std::string target_reason;
  std::vector<std::string> known_future{}, fixed{}, categories{};
  std::int64_t future_rows = 0;  ///< after the last target, with columns known ahead
  std::vector<LeftOut> left_out;
  std::int64_t gap_count = 0;  ///< in all series
  std::string gaps{};          ///< empty: there are none
  std::string missing = "error";
  std::int64_t missing_cells = 0;
  std::int64_t short_series = 0;  ///< series that have no row to train on, or no room for a window: they are left out
  std::int64_t window = 0, horizon = 0, stride = 1;
  std::vector<std::string> series_columns{};  ///< empty: the file holds one series
  std::int64_t series = 0;
  std::string frequency_column{};    ///< empty: the series have one step, or none
  bool dates_across = false;         ///< the names of the columns are times
  bool is_short = false;             ///< there are too few rows for a network with memory
  std::vector<std::string> notes{};  ///< for people: what was taken for what
};
/// What the user says of the file.
struct GuessWishes {
  std::optional<bool> header{};  ///< as guess_columns() takes it
  TimeWishes time{};
};
/// `targets`: the columns to forecast, if the user names them. Error (data, usage) as above, and if no column is left to forecast.
[[nodiscard]] WorkflowGuess guess_workflow(const std::filesystem::path& file, const std::vector<std::string>& targets,
                                           const GuessWishes& wishes = {});

}  // namespace pipeline
