#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "data/json_parts.h"
#include "pipeline/data/csv.h"

namespace pipeline {

namespace {

constexpr std::size_t buffer_size = 1 << 18;

/// The end of the quoted text that begins at `begin`: the first quote that is not doubled.
std::size_t closing_quote(std::string_view line, std::size_t begin) {
  std::size_t at = line.find('"', begin);
  while (at != std::string_view::npos && line.substr(at + 1).starts_with('"')) at = line.find('"', at + 2);
  return at;
}

std::string without_doubled_quotes(std::string_view cell) {
  std::string text(cell);
  for (std::size_t at = text.find("\"\""); at != std::string::npos; at = text.find("\"\"", at + 1)) text.erase(at, 1);
  return text;
}

}  // namespace

CsvLines::CsvLines(const std::filesystem::path& file) : file_(file), buffer_(buffer_size) {
  in_.rdbuf()->pubsetbuf(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  std::error_code unknown;
  if (std::filesystem::is_regular_file(file, unknown)) in_.open(file, std::ios::binary);  // a named pipe would wait for a writer
  if (!in_.is_open()) throw data_error(file.string() + " cannot be opened: " + cure());
  if (!read_line()) throw data_error(file.string() + " is empty: " + cure());
  split_line();
  for (const std::string_view cell : cells_) header_.push_back(without_doubled_quotes(cell));
}

bool CsvLines::next() {
  if (!read_line()) return false;
  split_line();
  if (cells_.size() != header_.size()) {
    throw mistake(std::to_string(cells_.size()) + " cells where the heading has " + std::to_string(header_.size()));
  }
  return true;
}

bool CsvLines::read_line() {
  do {
    if (!std::getline(in_, line_)) return false;
    ++line_number_;
    if (line_.ends_with('\r')) line_.pop_back();
  } while (line_.empty());
  if (line_.find('"') != std::string::npos) complete_line();
  return true;
}

/// Adds the lines up to the one where the last quote is closed.
void CsvLines::complete_line() {
  auto quotes = std::ranges::count(line_, '"');
  for (std::string more; quotes % 2 != 0;) {
    if (!std::getline(in_, more)) throw mistake("a quote that is not closed");
    ++line_number_;
    quotes += std::ranges::count(more, '"');
    line_ += "\n" + more;
  }
}

void CsvLines::split_line() {
  cells_.clear();
  const std::string_view line = line_;
  std::size_t at = 0;
  while (at <= line.size()) {
    const bool quoted = at < line.size() && line[at] == '"';
    const std::size_t begin = at + (quoted ? 1 : 0);
    const std::size_t end = quoted ? closing_quote(line, begin) : line.find(',', begin);
    if (quoted && end == std::string_view::npos) throw mistake("a quote that is not closed");
    cells_.push_back(line.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) break;
    at = end + (quoted ? 2 : 1);
  }
}

std::string CsvLines::text(std::size_t column) const { return without_doubled_quotes(cells_[column]); }

double CsvLines::number(std::size_t column) const {
  const std::string_view text = cells_[column];
  if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw mistake("\"" + std::string(text) + "\" in column " + header_[column] + " is no number");
  }
  return value;
}

std::int64_t CsvLines::integer(std::size_t column) const {
  const double value = number(column);
  if (!(std::abs(value) < 9e15) || value != std::floor(value)) {
    throw mistake("\"" + std::string(cells_[column]) + "\" in column " + header_[column] + " is no integer");
  }
  return static_cast<std::int64_t>(value);
}

Error CsvLines::mistake(const std::string& what) const {
  return data_error(file_.string() + ":" + std::to_string(line_number_) + ": " + what + "; the file is damaged, " + cure());
}

std::string CsvLines::cure() const { return damage_cure(file_); }

}  // namespace pipeline
