#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The first lines of a file, cut into cells by any delimiter, to guess what they are.
namespace pipeline {

/// A line that holds text; line breaks within quotes do not end it.
struct SampleLine {
  std::string_view text;    ///< without its end
  std::int64_t number = 0;  ///< of the file, from 0
  std::int64_t next = 0;    ///< the number of the line after it
};

/// The first lines, without blank ones and those that begin with `comment` (empty: none).
[[nodiscard]] std::vector<SampleLine> sample_lines(std::string_view text, std::string_view comment);

/// The cells of a line without quotes and blanks around them. ' ': runs of blanks and tabs.
[[nodiscard]] std::vector<std::string_view> cells_of(std::string_view line, char delimiter);
/// The number of cells of a line.
[[nodiscard]] std::size_t count_cells(std::string_view line, char delimiter);

enum class CellKind { empty, word, number, date };
/// What a cell is at a glance: every form of number is tried, and whatever has the shape of a date or a time of day is one.
[[nodiscard]] CellKind kind_of(std::string_view cell);

}  // namespace pipeline
