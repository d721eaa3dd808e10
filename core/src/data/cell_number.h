#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "pipeline/schema.h"

/// Numbers and missing values as people write them in cells.
namespace pipeline {

/// What a number behind a sign of comparison stands for: "<1", a value below what was measured or shown.
enum class Censored { error, limit, half, zero, missing };
template <>
struct Words<Censored> {
  static constexpr std::array words{"error", "limit", "half", "zero", "missing"};
};

struct NumberFormat {
  char decimal = '.';
  char thousands = 0;  ///< 0: numbers have no such sign; ' ' stands for narrow and non-breaking spaces too, '\'' for U+2019
  Censored censored = Censored::error;
};

/// The number of a cell, and how it was written.
struct CellNumber {
  double value = 0;            ///< NaN for a censored value that means "missing"
  std::string_view mark{};     ///< the unit that it has: "%", or a sign of currency
  std::string_view censor{};   ///< the sign of comparison before it
  char magnitude = 0;          ///< 'K', 'M', 'B' or 'T' behind it; it has been multiplied
  bool has_thousands = false;  ///< it holds the sign of thousands
};

/// Whether the cell is empty or one of the words that pandas takes for "missing": NA, N/A, NaN, null, None, ... (docs/data.md).
[[nodiscard]] bool is_missing_cell(std::string_view cell);

/// The cell as a finite number; nullopt when the whole cell is not one. Besides plain numbers it reads a plus, U+2212 for minus, a per cent
/// sign ("0.22%" is 0.22), a sign of currency before or behind, and magnitudes ("1.36M" is 1360000).
[[nodiscard]] std::optional<CellNumber> number_in_cell(std::string_view cell, const NumberFormat& format);

/// The text without blanks and tabs around it, and without a carriage return at its end.
[[nodiscard]] std::string_view trim_cell(std::string_view text);

}  // namespace pipeline
