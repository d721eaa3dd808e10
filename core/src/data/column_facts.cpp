#include "data/column_facts.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace pipeline {
namespace {

/// Takes a number into the largest of a column; of the negative numbers, into the smallest.
void add_extreme(Extreme& extreme, double number, bool is_first) {
  if (is_first) {
    extreme = {.value = number, .count = 1};
  } else if (number == extreme.value) {
    ++extreme.count;
  } else if (number > extreme.value) {
    extreme = {.value = number, .next = extreme.value, .count = 1, .has_next = true};
  } else if (!extreme.has_next || number > extreme.next) {
    extreme.next = number;
    extreme.has_next = true;
  }
}

void add_number(ColumnFacts& facts, double number, std::int64_t row) {
  const bool is_first = facts.numbers == 0;
  if (is_first) {
    facts.first_row = row;
  } else {
    facts.constant = facts.constant && number == facts.previous;
    facts.counts_rows = facts.counts_rows && number == facts.previous + 1;
    facts.unchanged += number == facts.previous ? 1 : 0;
  }
  facts.previous = number;
  constexpr std::size_t some = 3;
  std::vector<double>& values = facts.some_values;
  if (values.size() < some && std::ranges::find(values, number) == values.end()) values.push_back(number);
  add_extreme(facts.largest, number, is_first);
  add_extreme(facts.smallest, -number, is_first);
  ++facts.numbers;
}

}  // namespace

void add_cell(ColumnFacts& facts, std::string_view cell, const NumberFormat& format, std::int64_t row) {
  if (is_missing_cell(cell)) {
    ++facts.missing;
    return;
  }
  const std::optional<CellNumber> number = number_in_cell(cell, format);
  if (!number) {
    if (facts.words == 0) facts.word = cell;
    facts.one_word = facts.one_word && facts.word == cell;
    ++facts.words;
    return;
  }
  if (!number->censor.empty()) ++facts.censored;
  if (facts.marked.empty() && (!number->mark.empty() || number->magnitude != 0)) facts.marked = cell;
  add_number(facts, number->value, row);
}

std::optional<double> sentinel_of(const ColumnFacts& facts) {
  constexpr double far = 5;  // times the range of the others
  const Extreme &high = facts.largest, &low = facts.smallest;
  if (facts.is_flag() || !high.has_next || facts.censored > 0) return std::nullopt;
  const auto is_outside = [&](const Extreme& extreme, double others) {
    return extreme.count > 1 && 2 * extreme.count < facts.numbers && others > 0 && extreme.value - extreme.next > far * others;
  };
  if (is_outside(high, high.next + low.value)) return high.value;
  if (is_outside(low, low.next + high.value)) return -low.value;
  return std::nullopt;
}

bool is_missing_word(const ColumnFacts& column, std::int64_t cells) {
  const bool has_digit = std::ranges::any_of(column.word, [](unsigned char c) { return std::isdigit(c) != 0; });
  return column.one_word && column.words < cells / 2 && !has_digit;
}

}  // namespace pipeline
