#include "base/printable.h"

#include <cstdint>

namespace pipeline {

namespace {

/// A character and the bytes that it takes; of bytes that are no UTF-8 the first one alone.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
  bool is_utf8 = true;
};

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {.code = lead};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const Character none{.code = lead, .bytes = 1, .is_utf8 = false};
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return none;
  std::uint32_t code = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return none;
    code = code << 6 | (byte(i) & 0x3fU);
  }
  const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  if (overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return none;
  return {.code = code, .bytes = bytes};
}

bool is_control(std::uint32_t code) { return (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0); }

/// Marks that turn the direction of the text behind them, and separators that some terminals take for line ends.
bool is_mark(std::uint32_t code) {
  return code == 0x061c || (code >= 0x200e && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

std::string escaped(char letter, std::uint32_t code, int digits) {
  std::string text{'\\', letter};
  for (int i = digits; i-- > 0;) text += "0123456789abcdef"[code >> (4 * i) & 0xfU];
  return text;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character next = first_character(text);
    if (!next.is_utf8 || is_control(next.code)) {
      out += escaped('x', next.code, 2);
    } else if (is_mark(next.code)) {
      out += escaped('u', next.code, 4);
    } else {
      out += text.substr(0, next.bytes);
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

}  // namespace pipeline
