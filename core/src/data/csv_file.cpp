#include "data/csv_file.h"

#include <algorithm>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"

namespace pipeline {
namespace {

/// The delimiter or line end after the name that begins at `at`; null when its quote is unclosed.
const char* end_of_name(const char* at, const char* end, char delimiter) {
  while (at != end && *at == '"') {  // a doubled quote looks like the next quoted part
    at = std::find(at + 1, end, '"');
    if (at == end) return nullptr;
    ++at;
  }
  return std::find_if(at, end, [&](char c) { return c == delimiter || c == '\n'; });
}

}  // namespace

std::size_t place_of_text(const CsvFile& file, const std::string& column, std::vector<std::size_t>& texts) {
  const std::size_t index = file.index_of(column);
  const auto found = std::ranges::find(texts, index);
  const auto place = static_cast<std::size_t>(found - texts.begin());
  if (found == texts.end()) texts.push_back(index);
  return place;
}

std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    out += text[i];
    if (text[i] == '"') ++i;
  }
  return out;
}

const char* next_line(const char* at, const char* end) {
  at = std::find(at, end, '\n');
  return at == end ? end : at + 1;
}

const char* after_dataless_line(const char* at, const char* end, const CsvFormat& format) {
  while (at != end && (*at == ' ' || (*at == '\t' && format.delimiter != '\t'))) ++at;
  const std::string_view comment = format.comment;
  if (!comment.empty() && std::string_view(at, static_cast<std::size_t>(end - at)).starts_with(comment)) return next_line(at, end);
  bool quoted = false;
  for (; at != end; ++at) {
    if (*at == '"') {
      quoted = !quoted;
    } else if (*at == '\n' && !quoted) {
      return at + 1;
    } else if (*at != ' ' && *at != '\t' && *at != '\r' && *at != '\n' && (quoted || *at != format.delimiter)) {
      return nullptr;
    }
  }
  return quoted ? nullptr : end;
}

CsvFile::CsvFile(std::filesystem::path file, CsvFormat format) : path_(std::move(file)), format_(std::move(format)), text_(path_, format_) {
  const char* const begin = heading_begin();
  const char* const end = text().data() + text().size();
  const char* at = read_names(begin);
  header_ = {begin, static_cast<std::size_t>(at - begin)};
  if (!format_.header) {
    for (std::size_t i = 0; i < names_.size(); ++i) names_[i] = std::to_string(i + 1);
    at = begin;
  }
  for (std::int64_t line = 0; line < format_.skip_after_header && at != end; ++line) at = next_line(at, end);
  body_ = {at, static_cast<std::size_t>(end - at)};
  for (std::size_t i = 0; i < names_.size(); ++i) ++indices_.try_emplace(names_[i], Named{i, 0}).first->second.count;
}

/// The start of the first line that holds data, behind those to skip.
const char* CsvFile::heading_begin() const {
  const char* const end = text().data() + text().size();
  const char* at = text().data();
  std::int64_t lines = 0;
  for (; lines < format_.skip_rows && at != end; ++lines) at = next_line(at, end);
  while (at != end) {
    const char* const after = after_dataless_line(at, end, format_);
    if (after == nullptr) break;
    at = after;
  }
  if (at != end) return at;
  if (format_.skip_rows > 0)
    throw data_error(path_.string() + " has nothing below the first " + format_count(lines) +
                     " lines; skip_rows = " + std::to_string(format_.skip_rows) + " skips too many");
  throw data_error(path_.string() + " is empty; its first line must name the columns");
}

/// Reads the names of the line at `at`; returns the start of the next one.
const char* CsvFile::read_names(const char* at) {
  const char* const begin = at;
  const char* const end = text().data() + text().size();
  for (bool more = true; more;) {
    const char* stop = end_of_name(at, end, format_.delimiter);
    if (stop == nullptr) throw data_error(place(begin) + ": a quote is opened and never closed");
    names_.push_back(unquoted(trim_cell({at, static_cast<std::size_t>(stop - at)})));
    more = stop != end && *stop == format_.delimiter;
    at = stop == end ? end : stop + 1;
  }
  while (format_.header && !names_.empty() && names_.back().empty()) names_.pop_back();
  if (names_.empty()) throw data_error(place(begin) + ": the first line names no column");
  return at;
}

std::size_t CsvFile::count(std::string_view column) const {
  const auto found = indices_.find(column);
  return found == indices_.end() ? 0 : found->second.count;
}

std::size_t CsvFile::index_of(std::string_view column) const {
  const auto found = indices_.find(column);
  if (found == indices_.end()) {
    const std::string wrong = path_.string() + " has no column \"" + std::string(column) + "\"";
    if (names_.size() == 1)
      throw data_error(wrong + ": its first line holds no delimiter " + to_toml(delimiter_text(format_.delimiter)) +
                       ", so it is one column");
    throw data_error(wrong + suggest(column, names_));
  }
  if (found->second.count > 1)
    throw data_error(path_.string() + " has two columns named \"" + std::string(column) + "\"; rename one of them");
  return found->second.first;
}

std::string CsvFile::place(const char* position) const {
  return path_.string() + ":" + std::to_string(1 + std::count(text().data(), position, '\n'));
}

}  // namespace pipeline
