#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "data/column_facts.h"
#include "data/guess.h"
#include "data/guess_format.h"
#include "data/guess_numbers.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

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

/// The format by the first lines, checked against what a workflow can hold.
CsvFormat format_of(const std::filesystem::path& file, std::optional<bool> header, std::vector<std::string>& notes) {
  FormatGuess guess = guess_format(file);
  CsvFormat& format = guess.format;
  if (header) format.header = *header;
  const auto say = [&](const std::string& what) { notes.push_back(what); };
  if (guess.heading == HeadingKind::doubtful && !header) {
    const std::string first = CsvFile(file, format).names().front();
    throw data_error(
        file.string() + ":" + std::to_string(format.skip_rows + 1) + ": the first line holds numbers (" + first +
        "): if it is data, say --no-header, which names the columns 1, 2, ...; if not, add a line before it that names the columns");
  }
  if (format.encoding != "utf-8")
    say("encoding: " + format.encoding +
        (format.encoding == "utf-16" ? "" : ", since the text is no UTF-8; if names look wrong, write another"));
  if (!format.comment.empty()) say("comment: lines that begin with \"" + format.comment + "\" are left out");
  if (format.skip_rows > 0)
    say("skip_rows: the heading stands in line " + std::to_string(format.skip_rows + 1) + ", the lines before it are left out");
  if (format.skip_after_header > 0)
    say("skip_after_header: " +
        std::string(format.skip_after_header == 1 ? "the line" : std::to_string(format.skip_after_header) + " lines") +
        " below the heading (" + join(guess.skipped_words) + ") " + (format.skip_after_header == 1 ? "holds" : "hold") + " no data");
  if (guess.heading == HeadingKind::numbered && !header)
    say("header: the numbers of the first line name the columns; if they are data, say --no-header");
  if (!format.header) say("header: no line names the columns; they are called 1, 2, ...");
  if (format.delimiter == ' ') say("delimiter: runs of blanks");
  return format;
}

}  // namespace

ColumnGuess guess_columns(const std::filesystem::path& file, std::optional<bool> header) {
  ColumnGuess guess;
  guess.format = format_of(file, header, guess.notes);
  const NumbersGuess numbers = guess_numbers(CsvFile(file, guess.format));
  guess.format.numbers = numbers.format;
  guess.notes.insert(guess.notes.end(), numbers.notes.begin(), numbers.notes.end());
  const CsvFile csv(file, guess.format);
  for (std::size_t c = 0; c < csv.names().size(); ++c)
    guess.columns.push_back({.name = csv.names()[c], .index = c, .shares_name = csv.count(csv.names()[c]) > 1});
  for (Cells cells(csv); cells.next(); ++guess.rows) {
    for (ColumnFacts& column : guess.columns) add_cell(column, cells.cell(column.index), guess.format.numbers, guess.rows);
  }
  for (ColumnFacts& column : guess.columns) column.sentinel = sentinel_of(column);
  return guess;
}

}  // namespace pipeline
