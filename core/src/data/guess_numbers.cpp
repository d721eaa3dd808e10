#include "data/guess_numbers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

#include "data/csv_reader.h"
#include "pipeline/data/format.h"

namespace pipeline {
namespace {

/// Cells of one sort, and the first of them.
struct Seen {
  std::int64_t count = 0;
  std::string first{};

  void add(std::string_view cell) {
    if (count++ == 0) first = cell;
  }
  explicit operator bool() const { return count > 0; }
};

/// What the cells of a file say about the signs of its numbers.
struct Evidence {
  Seen point_decimal, comma_decimal;      ///< "12.34", "0,570": nothing but a decimal sign
  Seen point_or, comma_or;                ///< "2.570", "2,570": decimals or thousands
  Seen point_thousands, comma_thousands;  ///< "1.234.567" or "1.234,5"; "1,234,567" or "1,234.5"
  Seen apostrophe, space;                 ///< "1'234", "1 234"
  Seen censored;                          ///< "<1"
};

/// Of one column: its whole numbers without any sign.
struct WholeNumbers {
  std::int64_t small = 0, large = 0;  ///< below 1000, and the others
  std::int64_t zeros = 0;             ///< of the small ones
  bool has_comma = false;             ///< beside numbers such as "2,570"
  bool has_point = false;             ///< beside numbers such as "2.570"

  /// Numbers with three decimals have them below 1000 too; thousands are written without the sign there, and never above.
  [[nodiscard]] bool show_thousands() const { return small > 0 && large == 0; }
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool reads(std::string_view cell, char decimal, char thousands) {
  const auto number = number_in_cell(cell, {.decimal = decimal, .thousands = thousands, .censored = Censored::limit});
  return number && number->has_thousands == (thousands != 0);
}

/// Whether a cell with that one sign may hold thousands: one to three digits before it, no zero in front, three digits behind.
bool may_be_thousands(std::string_view cell, char sign) {
  const std::size_t at = cell.find(sign);
  if (at == std::string_view::npos || cell.find(sign, at + 1) != std::string_view::npos) return false;
  std::size_t digits = 0;
  while (digits < at && is_digit(cell[at - 1 - digits])) ++digits;
  return digits > 0 && cell[at - digits] != '0' && reads(cell, sign == '.' ? ',' : '.', sign);
}

/// A number whose thousands are parted by an apostrophe or a blank: its decimal sign is certain.
void add_parted(Evidence& evidence, std::string_view cell) {
  for (const char decimal : {'.', ','}) {
    for (const char thousands : {'\'', ' '}) {
      if (!reads(cell, decimal, thousands)) continue;
      (thousands == ' ' ? evidence.space : evidence.apostrophe).add(cell);
      if (cell.find(decimal) != std::string_view::npos) (decimal == '.' ? evidence.point_decimal : evidence.comma_decimal).add(cell);
      return;
    }
  }
}

void add_cell(Evidence& evidence, WholeNumbers& whole, std::string_view cell) {
  if (is_missing_cell(cell)) return;
  const bool point = cell.find('.') != std::string_view::npos, comma = cell.find(',') != std::string_view::npos;
  if (!point && !comma && std::ranges::all_of(cell, is_digit)) {
    ++(cell.size() <= 3 ? whole.small : whole.large);
    whole.zeros += cell == "0" ? 1 : 0;
    return;
  }
  if (point && !comma && reads(cell, '.', 0)) {
    const bool either = may_be_thousands(cell, '.');
    whole.has_point = whole.has_point || either;
    (either ? evidence.point_or : evidence.point_decimal).add(cell);
  } else if (comma && !point && reads(cell, ',', 0)) {
    const bool either = may_be_thousands(cell, ',');
    whole.has_comma = whole.has_comma || either;
    (either ? evidence.comma_or : evidence.comma_decimal).add(cell);
  } else if (comma && reads(cell, '.', ',')) {
    evidence.comma_thousands.add(cell);
  } else if (point && reads(cell, ',', '.')) {
    evidence.point_thousands.add(cell);
  } else {
    add_parted(evidence, cell);
  }
  constexpr std::string_view signs = "<>~\xe2";
  if (signs.find(cell.front()) == std::string_view::npos) return;
  for (const char decimal : {'.', ','}) {
    const auto number = number_in_cell(cell, {.decimal = decimal, .censored = Censored::limit});
    if (!number || number->censor.empty()) continue;
    evidence.censored.add(cell);
    break;
  }
}

std::string taken(const std::string& what, const std::string& cell, const NumberFormat& format) {
  const auto number = number_in_cell(cell, format);
  return what + ": \"" + cell + "\" is " + (number ? plain_text(number->value) : "no number");
}

/// The sign of thousands that most cells hold, and the first of them.
std::pair<char, std::string> sign_of_thousands(const Evidence& seen, char decimal) {
  const Seen& comma = seen.comma_thousands ? seen.comma_thousands : seen.comma_or;
  const Seen& point = seen.point_thousands ? seen.point_thousands : seen.point_or;
  const bool point_is_free = decimal == ',' && (seen.point_thousands || !seen.point_decimal);
  std::pair<char, const Seen*> most{0, nullptr};
  const auto weigh = [&](char sign, const Seen& cells) {
    if (cells && (most.first == 0 || cells.count > most.second->count)) most = {sign, &cells};
  };
  if (decimal == '.') weigh(',', comma);
  if (point_is_free) weigh('.', point);
  weigh('\'', seen.apostrophe);
  weigh(' ', seen.space);
  return {most.first, most.first == 0 ? "" : most.second->first};
}

/// Decides by the evidence; `is_thousands`: what "2,570" is where nothing else tells.
void decide(const Evidence& seen, char delimiter, bool is_thousands, NumbersGuess& guess) {
  NumberFormat& format = guess.format;
  const bool comma_may_be_decimal = delimiter != ',';
  const std::int64_t for_comma = seen.comma_decimal.count + seen.point_thousands.count,
                     for_point = seen.point_decimal.count + seen.comma_thousands.count;
  const bool only_doubtful =
      seen.comma_or && for_comma == 0 && !seen.comma_thousands && 10 * seen.point_decimal.count <= seen.comma_or.count;
  if (comma_may_be_decimal && (for_comma > for_point || (only_doubtful && !is_thousands))) format.decimal = ',';
  const auto [thousands, example] = sign_of_thousands(seen, format.decimal);
  format.thousands = thousands;
  if (seen.censored) format.censored = Censored::half;

  if (only_doubtful && format.decimal == ',')
    guess.notes.push_back(taken("decimal", seen.comma_or.first, format) +
                          "; if \",\" parts thousands, write thousands = \",\" and decimal = \".\"");
  if (thousands != 0)
    guess.notes.push_back(taken("thousands", example, format) +
                          (thousands == ',' && only_doubtful && comma_may_be_decimal
                               ? "; if \",\" is the decimal sign, write decimal = \",\" and no thousands"
                               : ""));
  if (seen.censored)
    guess.notes.push_back(
        taken("censored", seen.censored.first, format) + (seen.censored.first.starts_with('<') ? ", half of the limit, in " : ", in ") +
        format_count(seen.censored.count) + (seen.censored.count == 1 ? " cell" : " cells") + "; or \"limit\", \"zero\", \"missing\"");
}

/// The points of a file in which nothing but "2.570" has a sign: decimals, or thousands where `is_thousands`.
void weigh_points(const Evidence& seen, bool is_thousands, NumbersGuess& guess) {
  const bool any_other = seen.point_decimal || seen.comma_decimal || seen.comma_or || seen.point_thousands || seen.comma_thousands ||
                         seen.apostrophe || seen.space;
  if (!seen.point_or || any_other) return;
  if (is_thousands) guess.format.decimal = ',', guess.format.thousands = '.';
  guess.notes.push_back(is_thousands ? taken("thousands", seen.point_or.first, guess.format) +
                                           "; if \".\" is the decimal sign, write neither decimal nor thousands"
                                     : taken("decimal", seen.point_or.first, guess.format) +
                                           "; if \".\" parts thousands, write thousands = \".\" and decimal = \",\"");
}

}  // namespace

std::string plain_text(double number) {
  constexpr double most = 1e15;
  return number == std::floor(number) && std::abs(number) < most ? std::to_string(static_cast<std::int64_t>(number))
                                                                 : format_number(number);
}

NumbersGuess guess_numbers(const CsvFile& csv) {
  std::vector<std::size_t> indices(csv.names().size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  std::vector<WholeNumbers> whole(indices.size());
  Evidence evidence;
  for (CsvReader rows(csv, {}, indices); rows.next(nullptr);) {
    for (const std::size_t column : indices) add_cell(evidence, whole[column], rows.text(column));
  }
  const bool comma_is_thousands = std::ranges::any_of(whole, [](const WholeNumbers& w) { return w.has_comma && w.show_thousands(); });
  // A bare 0 stands among decimals too, wherever a program writes nothing behind it.
  const bool point_is_thousands =
      std::ranges::any_of(whole, [](const WholeNumbers& w) { return w.has_point && w.show_thousands() && w.small > w.zeros; });
  NumbersGuess guess;
  decide(evidence, csv.format().delimiter, comma_is_thousands, guess);
  if (csv.format().delimiter != ',') weigh_points(evidence, point_is_thousands, guess);
  return guess;
}

}  // namespace pipeline
