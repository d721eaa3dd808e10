#include "data/guess_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "data/csv_text.h"
#include "data/sample_lines.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

using Lines = std::vector<SampleLine>;

/// A line seen through a delimiter.
struct Shape {
  std::size_t cells = 0, filled = 0;  ///< all, and those that are not empty
  std::size_t trimmed = 0;            ///< without empty ones at the end
  bool has_data = false;              ///< a number or a date
  bool has_words = false;
};

Shape shape_of(const SampleLine& line, char delimiter) {
  Shape shape;
  for (const std::string_view cell : cells_of(line.text, delimiter)) {
    ++shape.cells;
    if (cell.empty()) continue;
    ++shape.filled;
    shape.trimmed = shape.cells;
    const CellKind kind = kind_of(cell);
    shape.has_data |= kind == CellKind::number || kind == CellKind::date;
    shape.has_words |= kind == CellKind::word;
  }
  return shape;
}

/// The most frequent number of cells, the larger one of two.
std::size_t usual_cells(const Lines& lines, char delimiter, std::size_t& how_often) {
  std::map<std::size_t, std::size_t> counts;
  for (const SampleLine& line : lines) ++counts[count_cells(line.text, delimiter)];
  const auto usual = std::ranges::max_element(counts, {}, [](const auto& count) { return std::pair(count.second, count.first); });
  how_often = usual->second;
  return usual->first;
}

/// The delimiter of the first line, if it parts the lines below too; else the one that parts most lines alike. Blanks part them if
/// nothing else does.
char guess_delimiter(const Lines& lines) {
  constexpr std::array candidates{',', ';', '\t', '|'};
  char best = ',';
  std::size_t best_lines = 0, best_cells = 1, in_first = 1;
  char of_first = 0;
  for (const char c : candidates) {
    std::size_t alike = 0;
    const std::size_t cells = usual_cells(lines, c, alike), first = count_cells(lines.front().text, c);
    if (first > in_first && cells > 1) of_first = c, in_first = first;
    if (cells > 1 && (alike > best_lines || (alike == best_lines && cells > best_cells))) best = c, best_lines = alike, best_cells = cells;
  }
  if (best_cells > 1) {
    std::size_t alike = 0;
    return of_first != 0 && 2 * (usual_cells(lines, of_first, alike), alike) >= lines.size() ? of_first : best;
  }
  std::size_t alike = 0;
  const std::size_t cells = usual_cells(lines, ' ', alike);
  return cells > 1 && alike >= 3 && 10 * alike >= 9 * lines.size() ? ' ' : ',';
}

/// The lines through their delimiter, and how long the rows are.
struct Sheet {
  Lines lines;
  char delimiter = ',';
  std::vector<Shape> shapes{};
  std::size_t cells = 0, trimmed = 0;  ///< of most rows; of the longest usual row without empty cells at its end

  [[nodiscard]] bool fits(std::size_t line) const {
    return shapes[line].cells == cells || (shapes[line].trimmed == trimmed && shapes[line].cells < cells);
  }
  [[nodiscard]] bool is_row(std::size_t line) const { return shapes[line].has_data && shapes[line].cells == cells; }
};

Sheet sheet_of(Lines lines) {
  Sheet sheet{.lines = std::move(lines)};
  if (sheet.lines.empty()) return sheet;
  sheet.delimiter = guess_delimiter(sheet.lines);
  std::size_t alike = 0;
  sheet.cells = usual_cells(sheet.lines, sheet.delimiter, alike);
  for (const SampleLine& line : sheet.lines) sheet.shapes.push_back(shape_of(line, sheet.delimiter));
  for (const Shape& shape : sheet.shapes) {
    if (shape.cells == sheet.cells && shape.has_data) sheet.trimmed = std::max(sheet.trimmed, shape.trimmed);
  }
  return sheet;
}

/// The line that names the columns: the first one, unless a later line before the data fits the rows and the first does not, or names more.
std::size_t guess_heading(const Sheet& sheet) {
  std::size_t first_row = 0;
  while (first_row < sheet.lines.size() && !sheet.is_row(first_row)) ++first_row;
  if (first_row == sheet.lines.size()) return 0;
  const Shape& first = sheet.shapes[0];
  if (sheet.fits(0) && (first.has_data || 2 * first.filled > sheet.cells)) return 0;
  std::optional<std::size_t> best;
  for (std::size_t line = 0; line < first_row; ++line) {
    if (sheet.fits(line) && (!best || sheet.shapes[line].filled > sheet.shapes[*best].filled)) best = line;
  }
  return best.value_or(0);
}

enum class Fit { unknown, fits, alien };

/// Whether a word fits the rows below it: it stands there again, or they hold words too.
Fit fit_of(const Sheet& sheet, std::size_t line, std::size_t column, std::string_view word) {
  constexpr std::size_t rows_looked_at = 50;
  std::size_t data = 0, words = 0;
  for (std::size_t below = line + 1; below < std::min(sheet.lines.size(), line + rows_looked_at); ++below) {
    if (!sheet.is_row(below)) continue;
    const auto cells = cells_of(sheet.lines[below].text, sheet.delimiter);
    if (column >= cells.size()) continue;
    if (cells[column] == word) return Fit::fits;
    const CellKind kind = kind_of(cells[column]);
    if (kind != CellKind::empty) ++(kind == CellKind::word ? words : data);
  }
  return data + words == 0 ? Fit::unknown : data > words ? Fit::alien : Fit::fits;
}

/// Whether a line between heading and data holds units and the like: words alone, none of which fits its column.
bool holds_no_data(const Sheet& sheet, std::size_t line) {
  const Shape& shape = sheet.shapes[line];
  if (shape.has_data || !shape.has_words || sheet.cells < 2 || shape.cells > sheet.cells) return false;
  const auto cells = cells_of(sheet.lines[line].text, sheet.delimiter);
  constexpr std::size_t words_looked_at = 20;
  std::size_t words = 0;
  bool any = false;
  for (std::size_t column = 0; column < cells.size() && words < words_looked_at; ++column) {
    if (kind_of(cells[column]) != CellKind::word) continue;
    ++words;
    const Fit fit = fit_of(sheet, line, column, cells[column]);
    if (fit == Fit::fits) return false;
    any = any || fit == Fit::alien;
  }
  return any;
}

/// Sets how many lines below the heading hold no data.
void guess_units(const Sheet& sheet, std::size_t heading, FormatGuess& guess) {
  constexpr std::size_t most = 5;
  std::size_t line = heading + 1;
  while (line < sheet.lines.size() && line <= heading + most && holds_no_data(sheet, line)) ++line;
  if (line == heading + 1 || line >= sheet.lines.size()) return;
  guess.format.skip_after_header = sheet.lines[line - 1].next - sheet.lines[heading].next;
  for (const std::string_view cell : cells_of(sheet.lines[heading + 1].text, sheet.delimiter)) {
    if (!cell.empty()) guess.skipped_words.emplace_back(cell);
  }
}

/// A whole number of digits alone.
std::optional<std::int64_t> whole_number(std::string_view cell) {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  return error == std::errc() && stop == cell.data() + cell.size() ? std::optional(number) : std::nullopt;
}

/// Whether the line below has numbers and dates where this one has them.
bool is_like_next(const Sheet& sheet, std::size_t line) {
  if (line + 1 >= sheet.lines.size()) return false;
  const auto here = cells_of(sheet.lines[line].text, sheet.delimiter), below = cells_of(sheet.lines[line + 1].text, sheet.delimiter);
  if (here.size() != below.size()) return false;
  for (std::size_t c = 0; c < here.size(); ++c) {
    const CellKind kind = kind_of(here[c]), other = kind_of(below[c]);
    if (kind != other && kind != CellKind::empty && other != CellKind::empty) return false;
  }
  return true;
}

/// Whether a word of the line stands below it too.
bool shares_word(const Sheet& sheet, std::size_t line) {
  if (line + 1 >= sheet.lines.size()) return false;
  const auto here = cells_of(sheet.lines[line].text, sheet.delimiter), below = cells_of(sheet.lines[line + 1].text, sheet.delimiter);
  for (std::size_t c = 0; c < std::min(here.size(), below.size()); ++c) {
    if (here[c] == below[c] && kind_of(here[c]) == CellKind::word) return true;
  }
  return false;
}

/// What the first line is. Words name columns, unless measured numbers or times stand beside them as in the line below.
HeadingKind kind_of_heading(const Sheet& sheet, std::size_t line) {
  if (!sheet.shapes[line].has_data) return HeadingKind::names;
  const auto cells = cells_of(sheet.lines[line].text, sheet.delimiter);
  bool counts = true, measured = false, has_dates = false;
  std::size_t numbers = 0;
  std::optional<std::int64_t> previous;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (c == 0 && cells[c].empty()) continue;
    const CellKind kind = kind_of(cells[c]);
    const auto number = whole_number(cells[c]);
    measured = measured || kind == CellKind::date || (kind == CellKind::number && !number);
    has_dates = has_dates || kind == CellKind::date;
    counts = counts && number && (!previous || *number == *previous + 1);
    previous = number;
    ++numbers;
  }
  if (counts && numbers > 1) return HeadingKind::numbered;
  const bool has_words = sheet.shapes[line].has_words;
  if (measured && is_like_next(sheet, line) && (!has_words || has_dates || shares_word(sheet, line))) return HeadingKind::none;
  return has_words || has_dates ? HeadingKind::names : HeadingKind::doubtful;
}

/// Whether the file is one column, whose numbers have a decimal comma.
bool is_column_with_commas(const Sheet& sheet) {
  const auto is_number = [](const SampleLine& line) { return number_in_cell(trim_cell(line.text), {.decimal = ','}).has_value(); };
  return sheet.delimiter == ',' && sheet.cells == 2 && sheet.shapes[0].cells == 1 && !is_number(sheet.lines[0]) &&
         std::all_of(sheet.lines.begin() + 1, sheet.lines.end(), is_number);
}

/// The sign of comments: the first lines begin with it, or a later line that is no row. Empty: there is none. A line that begins so and
/// names the columns is no comment.
std::string guess_comment(std::string_view text) {
  const Lines all = sample_lines(text, {});
  if (all.empty()) return {};
  for (const char* sign : {"#", "%", "//"}) {
    Lines others = sample_lines(text, sign);
    if (others.empty() || others.size() == all.size()) continue;
    const Sheet sheet = sheet_of(std::move(others));
    std::size_t last = all.size();  // the last comment before the first row
    bool is_comment = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!trim_cell(all[i].text).starts_with(sign)) continue;
      if (count_cells(all[i].text, sheet.delimiter) != sheet.cells || sheet.cells == 1) is_comment = true;
      if (all[i].number < sheet.lines.front().number) last = i;
    }
    const bool names_columns = last < all.size() && sheet.cells > 1 && count_cells(all[last].text, sheet.delimiter) == sheet.cells &&
                               kind_of_heading(sheet, 0) != HeadingKind::names && !shape_of(all[last], sheet.delimiter).has_data;
    if (is_comment && !names_columns) return sign;
  }
  return {};
}

}  // namespace

FormatGuess guess_text_format(std::string_view text) {
  FormatGuess guess;
  guess.format.comment = guess_comment(text);
  const Sheet sheet = sheet_of(sample_lines(text, guess.format.comment));
  if (sheet.lines.empty()) return guess;
  if (is_column_with_commas(sheet)) {
    guess.format.delimiter = ';';
    guess.columns = 1;
    return guess;
  }
  guess.format.delimiter = sheet.delimiter;
  guess.columns = sheet.cells;
  const std::size_t heading = guess_heading(sheet);
  if (heading > 0) guess.format.skip_rows = sheet.lines[heading].number;
  guess.heading = kind_of_heading(sheet, heading);
  guess.format.header = guess.heading != HeadingKind::none;
  if (guess.heading == HeadingKind::names) guess_units(sheet, heading, guess);
  return guess;
}

namespace {

/// The encoding of a file that may be no UTF-8. Latin-1 has a character for every byte, Windows' own code page has not.
std::string guess_encoding(const std::filesystem::path& file) {
  constexpr std::size_t looked_at = 1 << 20;
  {
    const MappedFile mapped(file);
    const std::string_view text = mapped.text().substr(0, looked_at);
    const std::size_t whole_lines = text.size() < looked_at ? text.size() : text.rfind('\n') + 1;
    if (is_utf16(text)) return "utf-16";
    if (is_utf8(text.substr(0, whole_lines))) return "utf-8";
  }
  try {
    static_cast<void>(CsvText(file, {.encoding = "windows-1252"}));
    return "windows-1252";
  } catch (const Error&) {
    return "latin-1";
  }
}

}  // namespace

FormatGuess guess_format(const std::filesystem::path& file) {
  const std::string encoding = guess_encoding(file);
  FormatGuess guess = guess_text_format(CsvText(file, {.encoding = encoding}).view());
  guess.format.encoding = encoding;
  return guess;
}

}  // namespace pipeline
