#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "data/csv_format.h"
#include "data/mapped_file.h"

namespace pipeline {

/// The text of a CSV file, without a byte order mark. Most files are mapped and read where they lie. A file in another encoding than UTF-8,
/// with CR alone as line end, or with runs of blanks between its cells is converted first, into a nameless file among the temporary ones:
/// the reader then meets UTF-8, line ends with LF, and one blank between two cells. Each line stays one line.
class CsvText {
 public:
  /// Error (data) when the file is missing or no text of that encoding.
  CsvText(const std::filesystem::path& file, const CsvFormat& format);

  [[nodiscard]] std::string_view view() const { return view_; }
  [[nodiscard]] std::size_t file_size() const { return file_.bytes().size(); }
  /// Error (data) if the file was changed while it was read.
  void require_unchanged() const { file_.require_unchanged(); }

 private:
  void convert(const std::filesystem::path& file, const CsvFormat& format);

  MappedFile file_;
  std::optional<ScratchArray<char>> converted_;
  std::string_view view_;
};

/// Whether the bytes are UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);
/// Whether the text begins with the byte order mark of UTF-16.
[[nodiscard]] bool is_utf16(std::string_view text);

}  // namespace pipeline
