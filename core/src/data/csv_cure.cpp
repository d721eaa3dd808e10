#include "data/csv_cure.h"

#include <array>
#include <optional>
#include <vector>

#include "data/csv_reader.h"
#include "data/guess_format.h"
#include "data/sample_lines.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr int rows_tried = 1000;

std::string assignment(const char* option, const Value& value) { return std::string(option) + " = " + to_toml(value); }

/// Whether the first rows can be read so: all their cells, as texts.
bool is_readable(const CsvFile& file, const CsvFormat& format) {
  try {
    const CsvFile csv(file.path(), format);
    CsvReader rows(csv, {}, {});
    rows.leave_out_cures();
    int count = 0;
    while (count < rows_tried && rows.next(nullptr)) ++count;
    const bool has_rows = count > 0 || file.body().empty();  // a heading alone is read by its names
    return has_rows && (csv.names().size() > 1 || file.names().size() == 1);
  } catch (const Error&) {
    return false;  // no cure
  }
}

/// The options in which the guess differs from the format, which becomes the guess.
std::vector<std::string> differences(CsvFormat& format, const FormatGuess& guess) {
  std::vector<std::string> options;
  const auto take = [&](const char* option, auto& ours, const auto& guessed, const Value& value) {
    if (ours == guessed) return;
    ours = guessed;
    options.push_back(assignment(option, value));
  };
  const CsvFormat& other = guess.format;
  take("delimiter", format.delimiter, other.delimiter, delimiter_text(other.delimiter));
  take("comment", format.comment, other.comment, other.comment);
  take("skip_rows", format.skip_rows, other.skip_rows, other.skip_rows);
  take("skip_after_header", format.skip_after_header, other.skip_after_header, other.skip_after_header);
  if (guess.heading != HeadingKind::doubtful) take("header", format.header, other.header, other.header);
  return options;
}

/// The number of cells that all of the first rows have, if it is one and rows are several.
std::optional<std::size_t> cells_of_all_rows(const CsvFile& file) {
  const std::vector<SampleLine> lines = sample_lines(file.body(), file.format().comment);
  constexpr std::size_t several = 3;
  if (lines.size() < several) return std::nullopt;
  const std::size_t cells = count_cells(lines.front().text, file.format().delimiter);
  for (const SampleLine& line : lines) {
    if (count_cells(line.text, file.format().delimiter) != cells) return std::nullopt;
  }
  return cells;
}

/// The option na_values with one more word.
std::string na_values_with(const CsvFile& file, std::size_t column, std::string_view cell) {
  CsvFormat format = file.format();
  MissingValues& missing = format.missing_in.empty() ? format.missing : format.missing_in[file.names()[column]];
  missing.words.emplace_back(cell);
  return assignment("na_values", na_values_of(format));
}

/// A cell that is a number with another sign of thousands or decimals; empty if it is none.
std::string sign_cure(const CsvFormat& format, std::string_view cell) {
  std::vector<std::string> cures;
  for (const char decimal : {format.numbers.decimal, format.numbers.decimal == '.' ? ',' : '.'}) {
    for (const char thousands : {'\0', ',', '.', '\'', ' '}) {
      if (decimal == thousands || (decimal == format.numbers.decimal && thousands == format.numbers.thousands)) continue;
      const auto number = number_in_cell(cell, {.decimal = decimal, .thousands = thousands, .censored = format.numbers.censored});
      if (!number || number->has_thousands != (thousands != 0)) continue;
      const std::string parts = thousands == 0 ? "" : std::string("if \"") + thousands + "\" parts thousands, ";
      const std::string write_thousands = thousands == 0 ? "" : assignment("thousands", std::string(1, thousands));
      if (decimal == format.numbers.decimal) {
        cures.push_back(parts + "write " + write_thousands);
      } else if (decimal == format.delimiter) {
        if (cures.empty()) cures.emplace_back("its decimal sign is the delimiter too: save the file with another delimiter, such as \";\"");
      } else {
        cures.push_back(std::string("if \"") + decimal + "\" is the decimal sign, write " + assignment("decimal", std::string(1, decimal)) +
                        (thousands == 0 ? "" : " and " + write_thousands));
      }
    }
  }
  return join(cures, "; ");
}

}  // namespace

std::string format_cure(const CsvFile& file) {
  CsvFormat format = file.format();
  const FormatGuess guess = guess_text_format(file.text());
  const std::vector<std::string> options = differences(format, guess);
  return !options.empty() && is_readable(file, format) ? join_names(options) : std::string();
}

std::string line_cure(const CsvFile& file, const std::string& otherwise) {
  if (const std::string cure = format_cure(file); !cure.empty()) return "; write " + cure;
  const auto cells = file.format().header ? cells_of_all_rows(file) : std::nullopt;
  if (cells && *cells > file.names().size()) return ", as all rows do: the heading lacks a name, add it";
  if (cells && *cells < file.names().size()) return ", as all rows do: the heading has a name too many, remove it";
  return "; " + otherwise;
}

std::string units_cure(const CsvFile& file) {
  CsvFormat format = file.format();
  const std::int64_t lines = guess_text_format(file.text()).format.skip_after_header;
  if (lines <= format.skip_after_header) return {};
  format.skip_after_header = lines;
  if (!is_readable(file, format)) return {};
  return "the line below the heading holds no data, but units and the like: write " + assignment("skip_after_header", lines);
}

std::string number_cure(const CsvFile& file, std::size_t column, std::string_view cell) {
  const CsvFormat& format = file.format();
  if (std::string cure = sign_cure(format, cell); !cure.empty()) return cure;
  NumberFormat limits = format.numbers;
  limits.censored = Censored::limit;
  if (number_in_cell(cell, limits))
    return "say what such a value stands for: censored = \"half\" (of the limit), \"limit\", \"zero\" or \"missing\"";
  if (std::string cure = units_cure(file); !cure.empty()) return cure;
  return "if the cells are words, add \"" + file.names()[column] + "\" to categories; if it means \"missing\", write " +
         na_values_with(file, column, cell);
}

}  // namespace pipeline
