#include "data/csv_reader.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#if defined(__SSE2__) && !defined(__clang_analyzer__)
#include <emmintrin.h>
#endif

#include "data/csv_cure.h"
#include "data/decimal.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr double largest = 1e100;  // of a cell: sums of the squares of such numbers are finite

/// The first `a` or `b` in [at, end); `end` when there is none. Faster than two memchr, as cells are short.
const char* find_either(const char* at, const char* end, char a, char b) {
#if defined(__SSE2__) && !defined(__clang_analyzer__)
  const __m128i first = _mm_set1_epi8(a), second = _mm_set1_epi8(b);
  for (; end - at >= 16; at += 16) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const int hits = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(text, first), _mm_cmpeq_epi8(text, second)));
    if (hits != 0) return at + std::countr_zero(static_cast<unsigned>(hits));
  }
#endif
  while (at != end && *at != a && *at != b) ++at;
  return at;
}

}  // namespace

CsvReader::CsvReader(const CsvFile& file, std::span<const std::size_t> numbers, std::span<const std::size_t> texts)
    : file_(file),
      delimiter_(file.format().delimiter),
      comment_(file.format().comment.empty() ? delimiter_ : file.format().comment.front()),
      plain_numbers_(file.format().numbers.decimal == '.'),
      columns_(file.names().size()),
      texts_(texts.size()),
      buffers_(file.names().size()),
      at_(file.body().data()),
      end_(at_ + file.body().size()),
      row_(at_) {
  for (std::size_t i = 0; i < numbers.size(); ++i) columns_[numbers[i]].number = static_cast<int>(i);
  for (const auto& [name, values] : file.format().missing_in) {
    if (file.has(name)) columns_[file.index_of(name)].text = checked;
  }
  for (std::size_t i = 0; i < texts.size(); ++i) columns_[texts[i]].text = static_cast<int>(i);
}

bool CsvReader::at_line_end() const { return at_ == end_ || *at_ == '\n' || (*at_ == '\r' && (at_ + 1 == end_ || at_[1] == '\n')); }

/// Moves to the next line that holds data; false if there is none. A line of spaces is blank unless the delimiter is a space.
bool CsvReader::skip_to_row() {
  for (;;) {
    const char* first = at_;
    while (first != end_ && (*first == ' ' || *first == '\r')) ++first;
    if (first == end_) return false;
    if (*first == '\n') {
      at_ = first + 1;
      continue;
    }
    if (*first != delimiter_ && *first != '"' && *first != '\t' && *first != comment_) return true;
    const char* const after = after_dataless_line(first, end_, file_.format());
    if (after == nullptr) return true;
    if (*first == delimiter_ || *first == '"') ++empty_rows_;
    at_ = after;
  }
}

bool CsvReader::next(double* numbers) {
  if (!skip_to_row()) return false;
  row_ = at_;
  const std::size_t count = columns_.size();
  for (std::size_t column = 0; column < count; ++column) {
    read_column(column, numbers);
    if (column + 1 == count) break;
    if (at_ == end_ || *at_ != delimiter_) throw other_length(column + 1, "complete or remove the line");
    ++at_;
  }
  end_row();
  return true;
}

void CsvReader::read_column(std::size_t column, double* numbers) {
  const Column wanted = columns_[column];
  if (wanted.number >= 0 && wanted.text < 0) {
    double& out = numbers[wanted.number];
    if (wanted.text == unwanted ? read_plain_number(out) : read_checked_number(out, column)) return;
    out = parse_cell(take_field(buffers_[column]), column);
    return;
  }
  const std::string_view cell = take_field(buffers_[column]);
  if (wanted.text >= 0) texts_[static_cast<std::size_t>(wanted.text)] = cell;
  if (wanted.number >= 0) numbers[wanted.number] = parse_cell(cell, column);
}

/// Reads a plain number in place; false, without moving on, for a cell that needs the slow path.
bool CsvReader::read_plain_number(double& out) {
  if (!plain_numbers_) return false;
  const char* stop = parse_plain_decimal(at_, end_, out);
  if (stop == nullptr) {
    const auto result = std::from_chars(at_, end_, out);
    if (result.ec != std::errc{} || !(std::abs(out) <= largest)) return false;
    stop = result.ptr;
  }
  if (stop != end_ && *stop != delimiter_ && *stop != '\n' && *stop != '\r') return false;
  if (stop != end_ && *stop == '\r' && stop + 1 != end_ && stop[1] != '\n') return false;
  for (const double na : file_.format().missing.numbers) {
    if (out == na) out = missing;
  }
  at_ = stop;
  return true;
}

/// The same for a column with a unit or with missing values of its own.
bool CsvReader::read_checked_number(double& out, std::size_t column) {
  if (!read_plain_number(out)) return false;
  require_unit(out, column);
  out = unless_missing(out, column);
  return true;
}

double CsvReader::parse_cell(std::string_view cell, std::size_t column) {
  const CsvFormat& format = file_.format();
  const MissingValues* own = missing_in(column);
  if (is_missing_cell(cell) || format.missing.has_word(cell) || (own != nullptr && own->has_word(cell))) return missing;
  const std::optional<CellNumber> number = number_in_cell(cell, format.numbers);
  const auto fault = [&] { return place() + ": column \"" + file_.names()[column] + "\": "; };
  if (!number) throw data_error(fault() + "\"" + std::string(cell) + "\" is not a number; " + number_cure(file_, column, cell));
  if (std::isnan(number->censor.empty() ? unless_missing(number->value, column) : number->value)) return missing;
  if (std::abs(number->value) > largest) {
    const std::string text(cell);
    throw data_error(
        fault() + text +
        " is beyond 1e100, a number that cannot be computed with; correct it, or if it means \"missing\", write na_values = [\"" + text +
        "\"]");
  }
  if (number->mark.empty()) {
    require_unit(number->value, column);
  } else {
    note_unit(number->mark, column);
  }
  return number->value;
}

/// The value, or NaN if the format says that it means "missing".
double CsvReader::unless_missing(double value, std::size_t column) const {
  const MissingValues* own = missing_in(column);
  return file_.format().missing.has_number(value) || (own != nullptr && own->has_number(value)) ? missing : value;
}

const MissingValues* CsvReader::missing_in(std::size_t column) const {
  const auto& by_column = file_.format().missing_in;
  if (by_column.empty()) return nullptr;
  const auto found = by_column.find(file_.names()[column]);
  return found == by_column.end() ? nullptr : &found->second;
}

/// Remembers the unit of a column's cells: all must have the same. Numbers without "%" may stand before the first per cent: the rows so far
/// are read again, once a column.
void CsvReader::note_unit(std::string_view unit, std::size_t column) {
  units_.resize(columns_.size());
  std::string& known = units_[column];
  if (known == unit) return;
  const std::string fault = place() + ": column \"" + file_.names()[column] + "\": this cell is in " + std::string(unit);
  if (!known.empty()) throw data_error(fault + ", and those before are in " + known + "; write a column in one unit");
  known = unit;
  if (unit != "%") return;
  if (columns_[column].text == unwanted) columns_[column].text = checked;
  const std::string earlier = place_without_unit(file_, column, row_);
  if (!earlier.empty())
    throw data_error(fault + ", and that of line " + earlier.substr(earlier.rfind(':') + 1) +
                     " has no such sign; write a column in one unit");
}

std::string CsvReader::place_without_unit(const CsvFile& file, std::size_t column, const char* before) {
  const std::size_t only[] = {column};
  CsvReader rows(file, {}, only);
  while (rows.next(nullptr) && (before == nullptr || rows.row_ < before)) {
    const auto number = number_in_cell(rows.text(0), file.format().numbers);
    if (number && number->mark.empty() && number->value != 0 && !std::isnan(rows.unless_missing(number->value, column)))
      return rows.place();
  }
  return {};
}

/// A number without "%" among per cents may be a share: nobody knows.
void CsvReader::require_unit(double value, std::size_t column) const {
  if (units_.empty() || units_[column] != "%" || value == 0 || std::isnan(unless_missing(value, column))) return;
  throw data_error(place() + ": column \"" + file_.names()[column] +
                   "\": this cell has no %, and those before have one; write a column in one unit");
}

std::string_view CsvReader::take_field(std::string& buffer) {
  if (at_ != end_ && *at_ == '"') return take_quoted(buffer);
  const char* stop = find_either(at_, end_, delimiter_, '\n');
  const std::string_view cell = trim_cell({at_, static_cast<std::size_t>(stop - at_)});
  at_ = stop;
  return cell;
}

std::string_view CsvReader::take_quoted(std::string& buffer) {
  const char* const first = ++at_;
  bool escapes = false;
  for (;; at_ += 2) {
    at_ = find_either(at_, end_, '"', '"');
    if (at_ == end_) throw data_error(place() + ": a quote is opened and never closed");
    if (at_ + 1 == end_ || at_[1] != '"') break;
    escapes = true;
  }
  std::string_view cell(first, static_cast<std::size_t>(at_ - first));
  if (escapes) {
    buffer = unquoted({first - 1, cell.size() + 2});
    cell = buffer;
  }
  ++at_;
  while (at_ != end_ && *at_ == ' ' && delimiter_ != ' ') ++at_;
  if (!at_line_end() && *at_ != delimiter_)
    throw data_error(place() + ": text follows a closed quote; write \"\" for a quote within quotes");
  return trim_cell(cell);
}

Error CsvReader::other_length(std::size_t cells, const std::string& cure) const {
  const std::size_t columns = columns_.size();
  return data_error(place() + ": the line has " + std::to_string(cells) + " cells where " +
                    (file_.format().header ? "the header names " + std::to_string(columns) + " columns"
                                           : "the first row has " + std::to_string(columns)) +
                    (has_cures_ ? line_cure(file_, cure) : std::string()));
}

void CsvReader::end_row() {
  std::size_t cells = columns_.size();
  bool extra = false;
  std::string buffer;
  while (at_ != end_ && *at_ == delimiter_) {  // empty columns at the end, from trailing delimiters
    ++at_;
    ++cells;
    extra |= !take_field(buffer).empty();
  }
  if (extra) throw other_length(cells, "quote cells that hold a \"" + std::string(1, delimiter_) + "\"");
  if (at_ != end_ && *at_ == '\r') ++at_;
  if (at_ != end_ && *at_ == '\n') ++at_;
}

}  // namespace pipeline
