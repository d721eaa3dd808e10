#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "data/arrange_rows.h"
#include "data/csv_files.h"
#include "data/local_days.h"
#include "data/local_times.h"
#include "data/mapped_file.h"
#include "data/panel_rows.h"
#include "data/resample.h"
#include "data/series_words.h"
#include "data/time_zone.h"
#include "data/word_codes.h"
#include "pipeline/data/prepare.h"

namespace pipeline {

/// The part of one CSV file, or of several with one heading, that becomes a table.
struct TableRequest {
  std::vector<std::filesystem::path> files;
  CsvFormat format;
  std::vector<std::string> time_columns;  ///< joined by spaces; none: the row number is the time
  std::string time_format;
  bool sort = false;                       ///< rows may stand in any order; otherwise from old to new
  std::string duplicates = "error";        ///< error | first | last | mean: the row that is kept of those with one time
  std::shared_ptr<const TimeZone> zone{};  ///< of times without an offset; null: they stay as written
  ClockRules clocks{};
  std::optional<Resampling> resampling{};
  std::vector<std::string> columns;
  std::size_t required = 0;              ///< number of leading columns that must exist; others may be absent (NaN)
  std::set<std::string> word_columns{};  ///< those of `columns` that hold words: their values are codes
  /// The words that are known; a column of words that is not named here learns those of the file.
  std::map<std::string, std::vector<std::string>> words{};
  bool keep_ends = false;                     ///< of layout wide: rows after the last value of a series are kept
  std::filesystem::path scratch;              ///< folder for the nameless files that hold the table
  const std::atomic<int>* cancel = nullptr;   ///< not 0: stop with Error (interrupted)
  Layout layout = Layout::columns;            ///< where the series of a panel stand
  std::vector<std::string> series_columns{};  ///< of layouts long and dates_across: the columns of the ids
  std::string frequency_column{};             ///< of layout long: a column with a word for each series; empty: there is none
  bool all_series = true;                     ///< of layout wide: each of the following columns must exist
  std::vector<std::string> wide{};  ///< of layout wide: the columns that are series; `columns` begins with the name of their values
};

/// Rows of numbers with a strictly increasing time, in mapped files instead of anonymous memory. The rows of a panel lie series after
/// series, each in the order of time.
class Table {
 public:
  /// Error (data) with file and line, as CsvReader throws it; also for times that are unreadable, missing, out of order or repeated where
  /// the request does not say what to do about it.
  explicit Table(const TableRequest& request);

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] bool has_time() const { return has_time_; }
  /// Whether the times are UTC, as they had offsets or a zone.
  [[nodiscard]] bool utc() const { return utc_; }
  /// Whether all times are one time of day by local clocks, as dates are: they stay local.
  [[nodiscard]] bool local_days() const { return local_days_; }
  /// What kept the rows of the file from following each other, and was mended.
  [[nodiscard]] const Disorder& disorder() const { return disorder_; }
  [[nodiscard]] std::span<const std::int64_t> time() const { return {time_.data(), static_cast<std::size_t>(rows_)}; }
  [[nodiscard]] std::span<double> values() { return {values_.data(), static_cast<std::size_t>(rows_) * columns_}; }  ///< [rows, columns]
  [[nodiscard]] const double* row(std::int64_t row) const { return values_.data() + static_cast<std::size_t>(row) * columns_; }
  [[nodiscard]] double* row(std::int64_t row) { return values_.data() + static_cast<std::size_t>(row) * columns_; }
  [[nodiscard]] std::size_t file_size() const { return files_.size(); }
  /// The number of lines of nothing but delimiters, which are no rows.
  [[nodiscard]] std::int64_t empty_rows() const { return empty_rows_; }
  /// The words of a column; nullptr for a column of numbers.
  [[nodiscard]] const WordCodes* words(std::size_t column) const;
  /// Those of all columns of words, which this table has no more.
  [[nodiscard]] std::map<std::size_t, WordCodes> take_words() { return std::move(words_); }
  /// The series of the rows; nullptr unless it is a panel.
  [[nodiscard]] const PanelRows* panel() const { return panel_ ? &*panel_ : nullptr; }
  /// The word of each series; nullptr without a frequency column.
  [[nodiscard]] const SeriesWords* frequency_words() const { return frequency_words_ ? &*frequency_words_ : nullptr; }

  /// "data.csv:17" of a row, counted as in the file, before rows are dropped. Reads the file again. The series of a panel is named too.
  [[nodiscard]] std::string place(std::int64_t row) const;
  /// The number of a row in the file, before rows are dropped.
  [[nodiscard]] std::int64_t file_row(std::int64_t row) const;
  /// The time of a row as text for people, local where a zone is named.
  [[nodiscard]] std::string time_text(std::int64_t row) const;
  /// Overwrites row `to` with row `from`; `to` <= `from`.
  void move_row(std::int64_t from, std::int64_t to);
  void truncate(std::int64_t rows) { rows_ = rows; }
  /// Gives the rows other columns: column i is what column from[i] was, or NaN for no_column.
  static constexpr std::size_t no_column = static_cast<std::size_t>(-1);
  void take_columns(std::span<const std::size_t> from, const std::filesystem::path& scratch);
  /// Gives the table other rows: row i is what row from[i] was. Where from[i] is negative it is a row of NaN at times[i], which stands in
  /// messages and in its series where row -from[i] - 1 did.
  void take_rows(std::span<const std::int64_t> from, std::span<const std::int64_t> times, const std::filesystem::path& scratch);

 private:
  struct Cells;
  [[nodiscard]] Cells find_cells(const TableRequest& request) const;
  void read_rows(const TableRequest& request, const Cells& cells);
  void read_words(const TableRequest& request, const Cells& cells, const CsvFilesReader& rows, double* values);
  void read_layout(const TableRequest& request);
  void add_frequency_word(const TableRequest& request, std::string_view word, const CsvFilesReader& rows);
  void make_room(std::int64_t rows);
  [[nodiscard]] std::string line_of(std::int64_t file_row) const;
  void bring_into_order(const TableRequest& request, const LocalDays& days, std::optional<ScratchArray<std::int32_t>>& clock);
  void group_series(const TableRequest& request, std::optional<ScratchArray<std::int32_t>>& clock);
  [[nodiscard]] bool is_in_order() const;
  void number_rows();
  void read_clocks(const TableRequest& request, std::span<const std::int32_t> clock);
  void arrange(const TableRequest& request);
  void require_order(const RowOrder& order, const TableRequest& request) const;
  void keep_one_row_a_time(const RowOrder& order, const TableRequest& request);
  void came_from(ScratchArray<std::int64_t> rows, std::int64_t count);
  void resample(const TableRequest& request);
  std::int64_t resample_series(const TableRequest& request, std::int64_t begin, std::int64_t end, std::int64_t to);

  CsvFiles files_;
  std::shared_ptr<const TimeZone> zone_;
  std::size_t columns_;
  bool has_time_, utc_ = false, local_days_ = false;
  Disorder disorder_;
  std::int64_t rows_ = 0, capacity_ = 0, empty_rows_ = 0;
  ScratchArray<double> values_;
  ScratchArray<std::int64_t> time_;
  std::optional<ScratchArray<std::int64_t>> file_rows_;  // of rows that stand elsewhere in the file, unless it is a panel
  std::optional<PanelRows> panel_;
  std::map<std::size_t, WordCodes> words_;  // by column
  std::optional<SeriesWords> frequency_words_;
};

}  // namespace pipeline
