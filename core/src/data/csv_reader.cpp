#include "data/csv_reader.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#if defined(__SSE2__) && !defined(__clang_analyzer__)
#include <emmintrin.h>
#endif

#include "data/decimal.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"

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

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

bool is_nan_word(std::string_view text) {
  return text.size() == 3 && (text[0] | 32) == 'n' && (text[1] | 32) == 'a' && (text[2] | 32) == 'n';
}

/// A whole cell as a finite number; nullopt when it is not one. Accepts a leading plus, and numbers too small for a double (as 0).
std::optional<double> to_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (stop != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) value = std::strtod(std::string(text).c_str(), nullptr);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// The delimiter or line end after the name that begins at `at`; null when its quote is unclosed.
const char* end_of_name(const char* at, const char* end, char delimiter) {
  while (at != end && *at == '"') {  // a doubled quote looks like the next quoted part
    at = std::find(at + 1, end, '"');
    if (at == end) return nullptr;
    ++at;
  }
  return find_either(at, end, delimiter, '\n');
}

/// The text between quotes, with each "" as one quote; a text without quotes as it is.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    out += text[i];
    if (text[i] == '"') ++i;
  }
  return out;
}

char single_character(const std::string& text, const char* option) {
  if (text == "\\t") return '\t';
  if (text.size() == 1 && text != "\n" && text != "\"") return text[0];
  throw usage_error(std::string(option) + " must be one character, such as \",\" or \";\", not \"" + text + "\"");
}

}  // namespace

CsvFormat CsvFormat::from_options(const std::string& delimiter, const std::string& decimal, const Value& na_values) {
  CsvFormat format{.delimiter = single_character(delimiter, "delimiter"),
                   .decimal = single_character(decimal, "decimal"),
                   .na_words = {},
                   .na_numbers = {}};
  if (format.delimiter == format.decimal) throw usage_error("delimiter and decimal must be different characters");
  const Value::List single{na_values};
  for (const Value& value : na_values.is_list() ? na_values.as_list() : single) {
    if (value.is_number()) {
      format.na_numbers.push_back(value.as_double());
    } else if (value.is_string()) {
      format.na_words.push_back(value.as_string());
      if (const auto number = to_number(value.as_string())) format.na_numbers.push_back(*number);
    } else if (!value.is_null()) {
      throw usage_error("na_values takes numbers and words, not " + type_name(value));
    }
  }
  return format;
}

bool is_missing_cell(std::string_view cell) { return cell.empty() || cell == "NA" || is_nan_word(cell); }

std::optional<double> number_in_cell(std::string_view cell, char decimal) {
  if (decimal == '.') return to_number(cell);
  if (cell.find('.') != std::string_view::npos) return std::nullopt;
  std::string text(cell);
  std::ranges::replace(text, decimal, '.');
  return to_number(text);
}

CsvFile::CsvFile(std::filesystem::path file, CsvFormat format) : path_(std::move(file)), file_(path_), format_(std::move(format)) {
  std::string_view text = file_.text();
  if (text.starts_with("\x1f\x8b") || text.starts_with("PK\x03\x04")) throw data_error(path_.string() + " is compressed; unpack it first");
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    throw data_error(path_.string() + " is UTF-16 text; save it as UTF-8, e.g. with iconv -f UTF-16 -t UTF-8");
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (text.starts_with('\n') || text.starts_with("\r\n")) text.remove_prefix(text.find('\n') + 1);
  if (text.empty()) throw data_error(path_.string() + " is empty; its first line must name the columns");

  const char* const end = text.data() + text.size();
  const char* at = text.data();
  for (bool more = true; more;) {
    const char* stop = end_of_name(at, end, format_.delimiter);
    if (stop == nullptr) throw data_error(place(text.data()) + ": a quote is opened and never closed");
    names_.push_back(unquoted(trim({at, static_cast<std::size_t>(stop - at)})));
    more = stop != end && *stop == format_.delimiter;
    at = stop == end ? end : stop + 1;
  }
  while (!names_.empty() && names_.back().empty()) names_.pop_back();
  if (names_.empty()) throw data_error(place(text.data()) + ": the first line names no column");
  header_ = text.substr(0, static_cast<std::size_t>(at - text.data()));
  body_ = {at, static_cast<std::size_t>(end - at)};
}

bool CsvFile::has(std::string_view column) const { return std::ranges::find(names_, column) != names_.end(); }

std::size_t CsvFile::index_of(std::string_view column) const {
  const auto found = std::ranges::find(names_, column);
  if (found == names_.end()) throw data_error(path_.string() + " has no column \"" + std::string(column) + "\"" + suggest(column, names_));
  if (std::find(found + 1, names_.end(), column) != names_.end()) {
    throw data_error(path_.string() + " has two columns named \"" + std::string(column) + "\"; rename one of them");
  }
  return static_cast<std::size_t>(found - names_.begin());
}

std::string CsvFile::place(const char* position) const {
  return path_.string() + ":" + std::to_string(1 + std::count(file_.text().data(), position, '\n'));
}

CsvReader::CsvReader(const CsvFile& file, std::span<const std::size_t> numbers, std::span<const std::size_t> texts)
    : file_(file),
      delimiter_(file.format().delimiter),
      plain_numbers_(file.format().decimal == '.'),
      columns_(file.names().size()),
      texts_(texts.size()),
      buffers_(file.names().size()),
      at_(file.body().data()),
      end_(at_ + file.body().size()),
      row_(at_) {
  for (std::size_t i = 0; i < numbers.size(); ++i) columns_[numbers[i]].number = static_cast<int>(i);
  for (std::size_t i = 0; i < texts.size(); ++i) columns_[texts[i]].text = static_cast<int>(i);
}

bool CsvReader::at_line_end() const { return at_ == end_ || *at_ == '\n' || (*at_ == '\r' && (at_ + 1 == end_ || at_[1] == '\n')); }

bool CsvReader::next(double* numbers) {
  for (;;) {  // skip blank lines; a line of spaces is blank unless the delimiter is a space
    const char* first = at_;
    while (first != end_ && (*first == ' ' || *first == '\r')) ++first;
    if (first == end_) return false;
    if (*first != '\n') break;
    at_ = first + 1;
  }
  row_ = at_;
  const std::size_t count = columns_.size();
  for (std::size_t column = 0; column < count; ++column) {
    read_column(column, numbers);
    if (column + 1 == count) break;
    if (at_ == end_ || *at_ != delimiter_) {
      throw data_error(place() + ": the line has " + std::to_string(column + 1) + " cells where the header names " + std::to_string(count) +
                       " columns; complete or remove the line");
    }
    ++at_;
  }
  end_row();
  return true;
}

void CsvReader::read_column(std::size_t column, double* numbers) {
  const Column wanted = columns_[column];
  if (wanted.number >= 0 && wanted.text < 0) {
    double& out = numbers[wanted.number];
    if (!read_plain_number(out)) out = parse_cell(take_field(buffers_[column]), column);
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
  for (const double na : file_.format().na_numbers) {
    if (out == na) out = missing;
  }
  at_ = stop;
  return true;
}

double CsvReader::parse_cell(std::string_view cell, std::size_t column) {
  const CsvFormat& format = file_.format();
  if (is_missing_cell(cell) || std::ranges::find(format.na_words, cell) != format.na_words.end()) return missing;
  const std::optional<double> value = number_in_cell(cell, format.decimal);
  if (!value) {
    const std::string text(cell);
    const bool other_decimal = format.decimal == '.' && number_in_cell(cell, ',').has_value();
    throw data_error(place() + ": column \"" + file_.names()[column] + "\": \"" + text + "\" is not a number; " +
                     (other_decimal ? "if the comma is its decimal sign, write decimal = \",\""
                                    : "if it means \"missing\", write na_values = [\"" + text + "\"]"));
  }
  if (std::ranges::find(format.na_numbers, *value) != format.na_numbers.end()) return missing;
  if (std::abs(*value) > largest) {
    const std::string text(cell);
    throw data_error(
        place() + ": column \"" + file_.names()[column] + "\": " + text +
        " is beyond 1e100, a number that cannot be computed with; correct it, or if it means \"missing\", write na_values = [\"" + text +
        "\"]");
  }
  return *value;
}

std::string_view CsvReader::take_field(std::string& buffer) {
  if (at_ != end_ && *at_ == '"') return take_quoted(buffer);
  const char* stop = find_either(at_, end_, delimiter_, '\n');
  const std::string_view cell = trim({at_, static_cast<std::size_t>(stop - at_)});
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
  return trim(cell);
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
  if (extra) {
    throw data_error(place() + ": the line has " + std::to_string(cells) + " cells where the header names " +
                     std::to_string(columns_.size()) + " columns; quote cells that hold a \"" + std::string(1, delimiter_) + "\"");
  }
  if (at_ != end_ && *at_ == '\r') ++at_;
  if (at_ != end_ && *at_ == '\n') ++at_;
}

}  // namespace pipeline
