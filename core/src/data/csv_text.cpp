#include "data/csv_text.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// iconv's name of an encoding, in lower case; iconv does not mind the case.
std::string iconv_name(std::string encoding) {
  std::ranges::transform(encoding, encoding.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (encoding == "utf8") return "utf-8";
  if (encoding == "latin-1" || encoding == "latin1") return "iso-8859-1";
  return encoding.starts_with("windows-") ? "cp" + encoding.substr(8) : encoding;
}

bool is_utf8_name(const std::string& encoding) { return iconv_name(encoding) == "utf-8"; }

class Converter {
 public:
  explicit Converter(const std::string& encoding) : converter_(::iconv_open("UTF-8", iconv_name(encoding).c_str())) {
    if (!is_open())
      throw usage_error("encoding = \"" + encoding + "\" is unknown to this system (iconv -l lists what it knows); save the file as UTF-8");
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (is_open()) ::iconv_close(converter_);
  }

  /// Converts what fits into [out, out + room); returns the end of what was written. Advances `text`. errno is E2BIG if room was short, 0
  /// if all is done, else the text is broken.
  char* step(std::string_view& text, char* out, std::size_t room) {
    char* in = const_cast<char*>(text.data());  // iconv does not write to it
    std::size_t left = text.size();
    errno = 0;
    if (::iconv(converter_, &in, &left, &out, &room) != static_cast<std::size_t>(-1)) errno = 0;
    text.remove_prefix(text.size() - left);
    return out;
  }

 private:
  [[nodiscard]] bool is_open() const { return reinterpret_cast<std::intptr_t>(converter_) != -1; }
  iconv_t converter_;
};

/// Appends the text as UTF-8 to `out`; returns its length.
std::size_t to_utf8(std::string_view text, const std::string& encoding, const std::filesystem::path& file, ScratchArray<char>& out) {
  Converter converter(encoding);
  const std::string_view whole = text;
  std::size_t size = 0;
  out.reserve(text.size() + text.size() / 4 + 64);
  for (;;) {
    size = static_cast<std::size_t>(converter.step(text, out.data() + size, out.capacity() - size) - out.data());
    if (errno == 0) return size;
    if (errno != E2BIG) {
      const auto lines = std::count(out.data(), out.data() + size, '\n');
      throw data_error(file.string() + ":" + std::to_string(lines + 1) + ": byte " + std::to_string(whole.size() - text.size() + 1) +
                       " of the file is no text in encoding = \"" + encoding + "\": write the encoding in which the file was saved");
    }
    out.reserve(out.capacity() * 2);
  }
}

/// Whether lines end with a carriage return alone, as old spreadsheets write them.
bool ends_lines_with_cr(std::string_view text) {
  return text.find('\n') == std::string_view::npos && text.find('\r') != std::string_view::npos;  // the first of many LF is near
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// The end of the quoted text that begins at `at`, behind its closing quote.
const char* end_of_quotes(const char* at, const char* end) {
  do {
    at = std::find(at + 1, end, '"');
    if (at == end) return end;
    ++at;
  } while (at != end && *at == '"');  // a doubled quote stands for one
  return at;
}

/// Leaves one blank between two cells and none around a line; blanks within quotes stay. Writes no more than it has read: `to` may be
/// text.data(). Returns the end.
char* squeeze_blanks(std::string_view text, char* to) {
  char* const begin = to;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const bool starts_cell = to == begin || to[-1] == '\n' || to[-1] == ' ';
    if (is_blank(*at)) {
      while (at != end && is_blank(*at)) ++at;
      if (!starts_cell && at != end && *at != '\n' && *at != '\r') *to++ = ' ';
    } else if (*at == '"' && starts_cell) {
      const char* const stop = end_of_quotes(at, end);
      to = std::copy(at, stop, to);
      at = stop;
    } else {
      *to++ = *at++;
    }
  }
  return to;
}

}  // namespace

CsvText::CsvText(const std::filesystem::path& file, const CsvFormat& format) : file_(file), view_(file_.text()) {
  if (view_.starts_with("\x1f\x8b") || view_.starts_with("PK\x03\x04")) throw data_error(file.string() + " is compressed; unpack it first");
  if (is_utf16(view_) && is_utf8_name(format.encoding))
    throw data_error(file.string() + " is UTF-16 text; write encoding = \"utf-16\", or save it as UTF-8");
  convert(file, format);
  if (view_.starts_with(byte_order_mark)) view_.remove_prefix(byte_order_mark.size());
}

void CsvText::convert(const std::filesystem::path& file, const CsvFormat& format) {
  const bool recode = !is_utf8_name(format.encoding), squeeze = format.delimiter == ' ', old_ends = ends_lines_with_cr(view_);
  if (!recode && !squeeze && !old_ends) return;
  converted_.emplace(std::filesystem::temp_directory_path());
  std::size_t size = view_.size();
  if (recode) {
    size = to_utf8(view_, format.encoding, file, *converted_);
  } else {
    converted_->reserve(size);
    std::ranges::copy(view_, converted_->data());
  }
  char* const begin = converted_->data();
  if (ends_lines_with_cr({begin, size})) std::replace(begin, begin + size, '\r', '\n');
  if (squeeze) size = static_cast<std::size_t>(squeeze_blanks({begin, size}, begin) - begin);
  view_ = {begin, size};
}

bool is_utf16(std::string_view text) { return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"); }

bool is_utf8(std::string_view text) {
  std::size_t open = 0;  // bytes still missing from the current character
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (open > 0) {
      if ((byte & 0xC0U) != 0x80U) return false;
      --open;
    } else if (byte >= 0x80U) {
      if (byte < 0xC2U || byte > 0xF4U) return false;
      open = byte < 0xE0U ? 1 : byte < 0xF0U ? 2 : 3;
    }
  }
  return open == 0;
}

}  // namespace pipeline
