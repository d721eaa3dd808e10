#include "cli/table.h"

#include <algorithm>
#include <iostream>
#include <numeric>

#include "base/printable.h"
#include "cli/terminal.h"
#include "pipeline/data/utf8.h"

namespace pipeline {

namespace {

constexpr std::size_t between = 2;  // spaces between columns

std::size_t longest_word(const std::string& text) {
  std::size_t longest = 0;
  for (const std::string& line : wrapped(text, 1)) longest = std::max(longest, character_count(line));
  return longest;
}

}  // namespace

void TextTable::add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = printable(cell);
  rows_.push_back(std::move(row));
}

std::vector<std::size_t> TextTable::column_widths(int width) const {
  std::vector<std::size_t> widths, least;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size())), least.resize(widths.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], character_count(row[i]));
      least[i] = std::max(least[i], longest_word(row[i]));
    }
  }
  if (width <= 0) return widths;
  for (;;) {
    const std::size_t all = std::accumulate(widths.begin(), widths.end(), (widths.size() - 1) * between);
    if (all <= static_cast<std::size_t>(width)) return widths;
    std::size_t widest = widths.size();  // of the columns that can be narrower
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (widths[i] > least[i] && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == widths.size()) return widths;
    --widths[widest];
  }
}

bool TextTable::fits(int width) const {
  const std::vector<std::size_t> widths = column_widths(width);
  return width <= 0 || std::accumulate(widths.begin(), widths.end(), (widths.size() - 1) * between) <= static_cast<std::size_t>(width);
}

void TextTable::print(const std::string& indent) const { print(std::cout, output_width(), indent); }

void TextTable::print(std::ostream& out, int width, const std::string& indent) const {
  const std::vector<std::size_t> widths = column_widths(width > 0 ? std::max(1, width - static_cast<int>(indent.size())) : 0);
  for (const auto& row : rows_) {
    std::vector<std::vector<std::string>> cells;
    std::size_t lines = 1;
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(wrapped(row[i], widths[i]));
      lines = std::max(lines, cells.back().size());
    }
    for (std::size_t l = 0; l < lines; ++l) {
      std::string line = indent;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string text = l < cells[i].size() ? cells[i][l] : "";
        line += text + std::string(widths[i] - std::min(widths[i], character_count(text)) + between, ' ');
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out << line << "\n";
    }
  }
}

}  // namespace pipeline
