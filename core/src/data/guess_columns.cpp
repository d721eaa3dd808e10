#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>

#include "data/guess.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::int64_t least_rows = 60;  ///< with fewer rows no split has a useful window

/// The most frequent delimiter in the header, outside quotes.
char guess_delimiter(std::string_view header) {
  constexpr std::array<char, 4> candidates{',', ';', '\t', '|'};
  std::array<int, 4> counts{};
  bool quoted = false;
  for (const char c : header) {
    if (c == '"') quoted = !quoted;
    const auto at = std::ranges::find(candidates, c);
    if (!quoted && at != candidates.end()) ++counts[static_cast<std::size_t>(at - candidates.begin())];
  }
  return candidates[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

/// Reads every cell as text, row by row.
class Cells {
 public:
  explicit Cells(const CsvFile& csv) : indices_(csv.names().size()), rows_(csv, {}, all(indices_)) {}
  bool next() { return rows_.next(nullptr); }
  [[nodiscard]] std::string_view cell(std::size_t column) const { return rows_.text(column); }

 private:
  static std::span<const std::size_t> all(std::vector<std::size_t>& indices) {
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    return indices;
  }
  std::vector<std::size_t> indices_;
  CsvReader rows_;
};

/// "," if numbers are written as 1,5; this needs another delimiter.
char guess_decimal(const CsvFile& csv) {
  if (csv.format().delimiter == ',') return '.';
  Cells cells(csv);
  std::int64_t commas = 0, points = 0;
  for (int row = 0; row < 1000 && cells.next(); ++row) {
    for (std::size_t c = 0; c < csv.names().size(); ++c) {
      const std::string text(cells.cell(c));
      if (text.find(',') != std::string::npos && number_in_cell(text, ',')) ++commas;
      if (text.find('.') != std::string::npos && number_in_cell(text, '.')) ++points;
    }
  }
  return commas > points ? ',' : '.';
}

void add_cell(ColumnFacts& facts, std::string_view cell, char decimal, double& previous) {
  if (is_missing_cell(cell)) {
    ++facts.missing;
    return;
  }
  const std::optional<double> number = number_in_cell(cell, decimal);
  if (!number) {
    if (facts.words == 0) facts.word = cell;
    facts.one_word = facts.one_word && facts.word == cell;
    ++facts.words;
    return;
  }
  if (facts.numbers > 0) {
    facts.constant = facts.constant && *number == previous;
    facts.counts_rows = facts.counts_rows && *number == previous + 1;
  }
  previous = *number;
  ++facts.numbers;
}

/// Whether a workflow file, which is UTF-8, can hold the text.
bool is_utf8(std::string_view text) {
  std::size_t open = 0;  // bytes still missing from the current character
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (open > 0) {
      if ((byte & 0xC0U) != 0x80U) return false;
      --open;
    } else if (byte >= 0x80U) {
      if (byte < 0xC2U || byte > 0xF4U) return false;
      open = byte < 0xE0U ? 1 : byte < 0xF0U ? 2 : 3;
    }
  }
  return open == 0;
}

}  // namespace

ColumnGuess guess_columns(const std::filesystem::path& file) {
  ColumnGuess guess;
  guess.format.delimiter = guess_delimiter(CsvFile(file, CsvFormat{}).header());
  guess.format.decimal = guess_decimal(CsvFile(file, guess.format));
  const CsvFile csv(file, guess.format);
  if (!is_utf8(csv.header())) {
    throw data_error(file.string() +
                     ":1: the names of the columns are no UTF-8 text, and no workflow can name them; save the file as UTF-8, "
                     "e.g. with iconv -f LATIN1 -t UTF-8");
  }
  const auto is_number = [&](const std::string& name) { return number_in_cell(name, guess.format.decimal).has_value(); };
  if (std::ranges::all_of(csv.names(), is_number)) {
    throw data_error(file.string() + ":1: the first line holds numbers (" + csv.names().front() +
                     "): add a line before it that names the columns");
  }
  std::vector<double> previous(csv.names().size());
  for (std::size_t c = 0; c < csv.names().size(); ++c) guess.columns.push_back({.name = csv.names()[c], .index = c});
  for (Cells cells(csv); cells.next(); ++guess.rows) {
    for (ColumnFacts& column : guess.columns) add_cell(column, cells.cell(column.index), guess.format.decimal, previous[column.index]);
  }
  if (guess.rows < least_rows) {
    throw data_error(file.string() + " has " + format_count(guess.rows) + (guess.rows == 1 ? " row" : " rows") +
                     "; a forecast needs at least " + std::to_string(least_rows) + " to learn from");
  }
  return guess;
}

}  // namespace pipeline
