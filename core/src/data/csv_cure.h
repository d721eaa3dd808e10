#pragma once

#include <string>
#include <string_view>

#include "data/csv_file.h"

/// What a user may do about a CSV file that cannot be read as its format says. A cure that names options has been tried on the file.
namespace pipeline {

/// The options with which the file's heading and rows can be read, if they differ from its format: `comment = "#"`, or `delimiter = ";" and
/// skip_rows = 3`. Empty: none are known.
[[nodiscard]] std::string format_cure(const CsvFile& file);
/// The end of a sentence about a line with other cells than the heading names; `otherwise` is the cure of a single line.
[[nodiscard]] std::string line_cure(const CsvFile& file, const std::string& otherwise);
/// The cure of a cell that is no number.
[[nodiscard]] std::string number_cure(const CsvFile& file, std::size_t column, std::string_view cell);
/// The cure if rows between heading and data hold no data but units and the like; empty if the rows below the heading do.
[[nodiscard]] std::string units_cure(const CsvFile& file);

}  // namespace pipeline
