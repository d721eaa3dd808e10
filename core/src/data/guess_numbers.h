#pragma once

#include <string>
#include <vector>

#include "data/csv_file.h"

namespace pipeline {

/// The signs of a file's numbers.
struct NumbersGuess {
  NumberFormat format;
  std::vector<std::string> notes{};  ///< for people: what was taken for what, where it may be wrong
};

/// A number for a sentence: whole ones without an exponent.
[[nodiscard]] std::string plain_text(double number);

/// Guesses decimal sign, sign of thousands and whether there are censored values from all cells. A "," or "." before exactly three digits
/// may be either sign: the other cells decide.
[[nodiscard]] NumbersGuess guess_numbers(const CsvFile& csv);

}  // namespace pipeline
