#include "text.h"

#include <algorithm>

#include "pipeline/data/utf8.h"

namespace pipeline::stage::visualize {

namespace {

/// In bytes; file systems allow names of 255.
constexpr std::size_t longest_file_name_part = 120;

std::string replace_all(std::string_view text, std::string_view what, std::string_view by) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t found = text.find(what, at);
    out += text.substr(at, found == std::string_view::npos ? found : found - at);
    if (found == std::string_view::npos) break;
    out += by;
    at = found + what.size();
  }
  return out;
}

}  // namespace

std::string escape_json_for_script(std::string_view json) { return replace_all(json, "<", "\\u003c"); }

std::string escape_code_for_script(std::string_view code) {
  return replace_all(replace_all(code, "</script", "<\\/script"), "<!--", "<\\!--");
}

std::string file_name_part(std::string_view name) {
  std::string out;
  for (std::string_view rest = name; !rest.empty();) {
    const std::size_t length = character_length(rest);
    const char c = rest.front();
    const bool kept =
        length > 1 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (out.size() + length > longest_file_name_part) break;
    out += kept ? rest.substr(0, length) : "_";
    rest.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace pipeline::stage::visualize
