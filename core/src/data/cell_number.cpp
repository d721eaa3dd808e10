#include "data/cell_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>

namespace pipeline {
namespace {

constexpr std::string_view minus_sign = "\xe2\x88\x92";  // U+2212
constexpr std::array currencies =
    std::to_array<std::string_view>({"$", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xa5", "\xe2\x82\xb9", "\xe2\x82\xa9", "\xe2\x82\xbd",
                                     "\xe2\x82\xba"});  // $ € £ ¥ ₹ ₩ ₽ ₺
constexpr std::array comparisons =
    std::to_array<std::string_view>({"<=", ">=", "<", ">", "~", "\xe2\x89\xa4", "\xe2\x89\xa5", "\xe2\x89\x88"});  // ..., ≤ ≥ ≈
constexpr std::array spaces = std::to_array<std::string_view>({" ", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89"});  // U+00A0, U+202F, U+2009
constexpr std::array apostrophes = std::to_array<std::string_view>({"'", "\xe2\x80\x99"});                         // ..., U+2019

/// Removes the first of `signs` that begins the text, and returns it; empty if there is none.
std::string_view take_front(std::string_view& text, std::span<const std::string_view> signs) {
  for (const std::string_view sign : signs) {
    if (!text.starts_with(sign)) continue;
    text.remove_prefix(sign.size());
    return sign;
  }
  return {};
}

std::string_view take_back(std::string_view& text, std::span<const std::string_view> signs) {
  for (const std::string_view sign : signs) {
    if (!text.ends_with(sign)) continue;
    text.remove_suffix(sign.size());
    return sign;
  }
  return {};
}

void skip_spaces(std::string_view& text) {
  while (!take_front(text, spaces).empty()) {
  }
  while (!take_back(text, spaces).empty()) {
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A whole text as a finite number, with "." as decimal sign; numbers too small for a double are 0.
std::optional<double> to_number(std::string_view text) {
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (stop != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) value = std::strtod(std::string(text).c_str(), nullptr);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// The same with that decimal sign, and perhaps a plus: the numbers of most cells.
std::optional<double> to_plain_number(std::string_view text, char decimal) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  if (decimal == '.') return to_number(text);
  if (text.find('.') != std::string_view::npos) return std::nullopt;
  if (std::array<char, 64> copy{}; text.size() <= copy.size()) {  // without an allocation
    std::ranges::replace_copy(text, copy.begin(), decimal, '.');
    return to_number({copy.data(), text.size()});
  }
  std::string copy(text);
  std::ranges::replace(copy, decimal, '.');
  return to_number(copy);
}

/// Takes the sign of thousands at the front of the text.
bool take_thousands(std::string_view& text, char thousands) {
  if (thousands == 0) return false;
  if (thousands == ' ') return !take_front(text, spaces).empty();
  if (thousands == '\'') return !take_front(text, apostrophes).empty();
  if (!text.starts_with(thousands)) return false;
  text.remove_prefix(1);
  return true;
}

/// The digits of an unsigned number with "." as decimal sign and without signs of thousands, each of which must stand before exactly three
/// digits; empty if the text is no such number. Digits may be followed by an exponent.
std::string plain_digits(std::string_view text, const NumberFormat& format, bool& has_thousands) {
  std::string digits;
  const auto take_digits = [&] {
    const std::size_t before = digits.size();
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) digits += text.front();
    return digits.size() - before;
  };
  std::size_t group = take_digits();
  for (; take_thousands(text, format.thousands); has_thousands = true) {
    if (group == 0 || group > 3 || (has_thousands && group != 3) || digits.front() == '0') return {};  // 0,123 is no thousand
    group = take_digits();
    if (group != 3) return {};
  }
  if (text.starts_with(format.decimal)) {
    text.remove_prefix(1);
    digits += '.';
    group += take_digits();
  }
  const bool ends = text.empty() || text.front() == 'e' || text.front() == 'E';
  return group == 0 || !ends ? std::string() : digits.append(text);
}

/// The power of ten of a magnitude, upper case; 0 if the character is none.
int power_of(char magnitude) {
  switch (magnitude) {
    case 'K':
      return 3;
    case 'M':
      return 6;
    case 'B':
      return 9;
    case 'T':
      return 12;
    default:
      return 0;
  }
}

/// What a censored value stands for. Above a limit nothing is known but the limit.
double censored_value(double limit, std::string_view sign, Censored censored) {
  const bool below = sign == "<" || sign == "<=" || sign == "\xe2\x89\xa4";
  if (censored == Censored::missing) return std::numeric_limits<double>::quiet_NaN();
  if (!below || censored == Censored::limit) return limit;
  return censored == Censored::half ? limit / 2 : 0;
}

/// A number with a sign, a unit, a magnitude, signs of thousands or a sign of comparison.
std::optional<CellNumber> to_marked_number(std::string_view text, const NumberFormat& format) {
  CellNumber number;
  number.censor = take_front(text, comparisons);
  if (!number.censor.empty() && format.censored == Censored::error) return std::nullopt;
  if (!number.censor.empty()) skip_spaces(text);
  constexpr std::array signs = std::to_array<std::string_view>({minus_sign, "-", "+"});
  std::string_view sign = take_front(text, signs);
  number.mark = take_front(text, currencies);
  if (!number.mark.empty() && sign.empty()) sign = take_front(text, signs);
  if (number.mark.empty())
    number.mark = text.ends_with('%') ? take_back(text, std::array{std::string_view("%")}) : take_back(text, currencies);
  if (!number.mark.empty()) skip_spaces(text);
  const char last = text.empty() ? '\0' : text.back();
  const char magnitude = last == 'k' ? 'K' : last;
  const int power = power_of(magnitude);
  if (power > 0) {
    text.remove_suffix(1);
    skip_spaces(text);
    number.magnitude = magnitude;
  }
  std::string digits = plain_digits(text, format, number.has_thousands);
  if (digits.empty()) return std::nullopt;
  if (power > 0) {
    if (digits.find_first_of("eE") != std::string::npos) return std::nullopt;
    digits += "e" + std::to_string(power);
  }
  const std::optional<double> value = to_number(digits);
  if (!value) return std::nullopt;
  number.value = sign.empty() || sign == "+" ? *value : -*value;
  if (!number.censor.empty()) number.value = censored_value(number.value, number.censor, format.censored);
  return number;
}

bool is_nan_word(std::string_view text) {
  return text.size() == 3 && (text[0] | 32) == 'n' && (text[1] | 32) == 'a' && (text[2] | 32) == 'n';
}

}  // namespace

bool is_missing_cell(std::string_view cell) {
  constexpr std::array words =  // na_values of pandas.read_csv; "nan" in any case is older here
      std::to_array<std::string_view>({"#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A",
                                       "NA", "NULL", "None", "n/a", "null"});
  if (cell.empty() || is_nan_word(cell)) return true;
  constexpr std::string_view first_characters = "#-1<Nn";
  if (cell.size() > 8 || first_characters.find(cell.front()) == std::string_view::npos) return false;
  return std::ranges::find(words, cell) != words.end();
}

std::optional<CellNumber> number_in_cell(std::string_view cell, const NumberFormat& format) {
  if (const auto plain = to_plain_number(cell, format.decimal)) return CellNumber{.value = *plain};
  constexpr std::size_t longest = 64;  // of a number that people write with signs
  if (cell.empty() || cell.size() > longest) return std::nullopt;
  return to_marked_number(cell, format);
}

std::string_view trim_cell(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

}  // namespace pipeline
