#include "data/sample_lines.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "data/cell_number.h"

namespace pipeline {
namespace {

constexpr std::size_t most_lines = 200, least_lines = 12, most_bytes = 1 << 20;

/// The end of the line that begins at `at`; a quote that is never closed does not reach further.
std::size_t end_of_line(std::string_view text, std::size_t at) {
  const std::size_t first = std::min(text.find('\n', at), text.size());
  bool quoted = false;
  for (std::size_t i = at; i < text.size() && i < at + most_bytes; ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\n' && !quoted) return i;
  }
  return quoted ? first : text.size();
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

std::string_view without_quotes(std::string_view cell) {
  cell = trim_cell(cell);
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = trim_cell(cell.substr(1, cell.size() - 2));
  return cell;
}

/// Calls f(cell) for each cell.
template <class F>
void for_each_cell(std::string_view line, char delimiter, F f) {
  if (delimiter == ' ') line = trim_cell(line);
  const auto parts = [&](char c) { return c == delimiter || (delimiter == ' ' && c == '\t'); };
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (quoted || !parts(line[i])) continue;
    f(line.substr(begin, i - begin));
    while (delimiter == ' ' && i + 1 < line.size() && parts(line[i + 1])) ++i;
    begin = i + 1;
  }
  f(line.substr(begin));
}

bool is_number(std::string_view cell) {
  for (const char decimal : {'.', ','}) {
    for (const char thousands : {decimal == '.' ? ',' : '.', '\'', ' '}) {
      if (number_in_cell(cell, {.decimal = decimal, .thousands = thousands, .censored = Censored::limit})) return true;
    }
  }
  return false;
}

bool has_month_name(std::string_view cell) {
  constexpr auto months =
      std::to_array<std::string_view>({"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"});
  std::string small(cell);
  std::ranges::transform(small, small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(months, [&](std::string_view month) { return small.find(month) != std::string::npos; });
}

bool is_date(std::string_view cell) {
  constexpr std::size_t longest = 40;
  const auto digits = std::ranges::count_if(cell, [](unsigned char c) { return std::isdigit(c) != 0; });
  if (digits < 2 || cell.size() > longest) return false;
  if (cell.find_first_of("-/.:") != std::string_view::npos && cell.find_first_not_of("0123456789-/.: TZ+") == std::string_view::npos)
    return true;
  const bool has_letters_beside = std::ranges::count_if(cell, [](unsigned char c) { return std::isalpha(c) != 0; }) > 12;
  return !has_letters_beside && has_month_name(cell);
}

}  // namespace

std::vector<SampleLine> sample_lines(std::string_view text, std::string_view comment) {
  std::vector<SampleLine> lines;
  std::int64_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (lines.size() == most_lines || (lines.size() >= least_lines && at > most_bytes)) break;
    const std::string_view first_line = text.substr(at, std::min(text.find('\n', at), text.size()) - at);
    const bool is_comment = !comment.empty() && trim_cell(first_line).starts_with(comment);
    const std::size_t end = is_comment ? at + first_line.size() : end_of_line(text, at);
    const std::string_view line = text.substr(at, end - at);
    const std::int64_t next = number + 1 + std::ranges::count(line, '\n');
    if (!is_comment && !is_blank(line)) lines.push_back({line, number, next});
    number = next;
    at = end + 1;
  }
  return lines;
}

std::vector<std::string_view> cells_of(std::string_view line, char delimiter) {
  std::vector<std::string_view> cells;
  for_each_cell(line, delimiter, [&](std::string_view cell) { cells.push_back(without_quotes(cell)); });
  return cells;
}

std::size_t count_cells(std::string_view line, char delimiter) {
  std::size_t count = 0;
  for_each_cell(line, delimiter, [&](std::string_view) { ++count; });
  return count;
}

CellKind kind_of(std::string_view cell) {
  if (is_missing_cell(cell)) return CellKind::empty;
  if (is_number(cell)) return CellKind::number;
  return is_date(cell) ? CellKind::date : CellKind::word;
}

}  // namespace pipeline
