#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/csv_format.h"
#include "data/csv_text.h"

namespace pipeline {

/// A CSV file: a heading, then rows. It may have quotes, "" within quotes, LF, CRLF or CR as line ends, a byte order mark, blank lines,
/// lines of nothing but delimiters, and what its format says.
class CsvFile {
 public:
  /// Error (data) when the file is missing, empty or no CSV text.
  CsvFile(std::filesystem::path file, CsvFormat format);

  [[nodiscard]] const CsvFormat& format() const { return format_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Names in the heading; trailing columns without a name are left out. Without a heading they are 1, 2, ...
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool has(std::string_view column) const { return indices_.contains(column); }
  /// Error (data) for an unknown name, with the nearest known one, or for a name that two columns share.
  [[nodiscard]] std::size_t index_of(std::string_view column) const;
  /// The number of columns of that name.
  [[nodiscard]] std::size_t count(std::string_view column) const;
  /// The whole text, the line that names the columns, and the text of the rows.
  [[nodiscard]] std::string_view text() const { return text_.view(); }
  [[nodiscard]] std::string_view header() const { return header_; }
  [[nodiscard]] std::string_view body() const { return body_; }
  /// "data.csv:17", the line that holds `position`.
  [[nodiscard]] std::string place(const char* position) const;
  [[nodiscard]] std::size_t size() const { return text_.file_size(); }
  /// Error (data) if the file was changed while it was read.
  void require_unchanged() const { text_.require_unchanged(); }

 private:
  struct Named {
    std::size_t first = 0, count = 0;
  };

  [[nodiscard]] const char* heading_begin() const;
  [[nodiscard]] const char* read_names(const char* at);

  std::filesystem::path path_;
  CsvFormat format_;
  CsvText text_;
  std::vector<std::string> names_;
  std::unordered_map<std::string_view, Named> indices_;  // views of names_
  std::string_view header_, body_;
};

/// The place of a column among those that are read as texts, to which it is added unless it is there: a reader gives each column once.
[[nodiscard]] std::size_t place_of_text(const CsvFile& file, const std::string& column, std::vector<std::size_t>& texts);
/// The text between quotes, with each "" as one quote; a text without quotes as it is.
[[nodiscard]] std::string unquoted(std::string_view text);
/// The start of the next line; `end` after the last one.
[[nodiscard]] const char* next_line(const char* at, const char* end);
/// The start of the line after the one at `at` if that one holds no data: blanks, delimiters and quotes alone, or a comment. nullptr if it
/// holds data.
[[nodiscard]] const char* after_dataless_line(const char* at, const char* end, const CsvFormat& format);

}  // namespace pipeline
