#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/csv_reader.h"
#include "data/time_parser.h"

/// The times of a file's column, or of several joined by spaces, in the forms in which they may be written.
namespace pipeline {

/// A cell that is no time in some form.
struct OddCell {
  std::int64_t row = 0;
  std::string text;
  NoTime why = NoTime::form;
};

/// A column as one form reads it.
struct ColumnTimes {
  std::string form;                 ///< a value of time_format
  std::vector<std::int64_t> times;  ///< of the rows that it reads, in the order of the file; the midnights themselves for local days
  std::vector<OddCell> odd{};       ///< the first few other cells
  std::int64_t odd_count = 0;
  std::int64_t out_of_range = 0, hour_25 = 0;  ///< odd cells that are well written
  bool local_days = false;                     ///< all times are one time of day as written, with offsets from UTC
  bool had_offset = false;                     ///< the times are UTC, unless they are local days
  std::vector<std::int32_t> clock{};           ///< with a time zone: of each time the seconds from midnight, as written
  [[nodiscard]] std::int64_t rows() const { return std::ssize(times) + odd_count; }
  /// Whether nearly all cells are such times, in the form or only out of its range.
  [[nodiscard]] bool nearly_all() const;
};

/// The forms that read nearly all of the first `most` rows. A form is given up where it cannot any more. `has_zone`: the clock of each time
/// is kept, and hour 25 is read.
[[nodiscard]] std::vector<ColumnTimes> read_in_forms(const CsvFile& csv, const std::vector<std::string>& columns,
                                                     const std::vector<std::string>& forms, std::int64_t most, bool has_zone = false);

/// The forms that read nearly all cells together, where none does alone, and the first row of each.
struct MixedForms {
  struct Part {
    std::string form, text;
    std::int64_t first_row = 0, rows = 0;
  };
  std::vector<Part> parts;
};
[[nodiscard]] std::optional<MixedForms> read_mixed_forms(const CsvFile& csv, const std::vector<std::string>& columns,
                                                         const std::vector<std::string>& forms, std::int64_t most);

/// "data.csv:17" of a row.
[[nodiscard]] std::string place_of_row(const CsvFile& csv, std::int64_t row);

}  // namespace pipeline
