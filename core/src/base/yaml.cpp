#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>

#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/logger.h"

namespace pipeline {

namespace {

/// YAML 1.1 takes a number for a float only with a point in the mantissa and a sign in the exponent: 1.0e-05.
std::string float_text(double number) {
  if (std::isnan(number)) return ".nan";
  if (std::isinf(number)) return number > 0 ? ".inf" : "-.inf";
  std::string text = format_number(number);
  if (text.find('.') == std::string::npos) text.insert(std::min(text.find('e'), text.size()), ".0");
  return text;
}

bool is_plain_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_/.+-").find(c) != std::string_view::npos;
}

/// Words without quotes: only those that no reader of YAML 1.1 can take for a bool, a null, a number, a date or syntax.
bool is_plain(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, is_plain_char)) return false;
  const char first = text.front();
  if (!((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_' || first == '/')) return false;
  if (std::ranges::all_of(text, [](char c) { return c == '_'; })) return false;
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  static constexpr std::array words{"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  return std::ranges::find(words, lower) == words.end();
}

/// Length of the UTF-8 sequence at `text[at]` that a reader would refuse or take for a line break (C1 controls, U+2028, U+2029, U+FEFF),
/// else 0.
std::size_t special_sequence(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
  if (byte(0) == 0xC2U && byte(1) < 0xA0U) return 2;
  if (byte(0) == 0xE2U && byte(1) == 0x80U && (byte(2) == 0xA8U || byte(2) == 0xA9U)) return 3;
  if (byte(0) == 0xEFU && byte(1) == 0xBBU && byte(2) == 0xBFU) return 3;
  return 0;
}

unsigned code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(sequence[i])); };
  if (sequence.size() == 2) return (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU);
  return (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  std::array<char, 12> escape{};
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (const std::size_t length = special_sequence(text, at)) {
      std::snprintf(escape.data(), escape.size(), "\\u%04X", code_point(text.substr(at, length)));
      out += escape.data();
      at += length;
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\', out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (is_control(c)) {
      std::snprintf(escape.data(), escape.size(), "\\x%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escape.data();
    } else {
      out += c;
    }
    ++at;
  }
  return out + "\"";
}

std::string string_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  bool simple = std::ranges::none_of(text, is_control);
  for (std::size_t at = 0; simple && at < text.size(); ++at) simple = special_sequence(text, at) == 0;
  if (!simple) return double_quoted(text);
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

std::string scalar_text(const Value& v) {
  if (v.is_null()) return "null";
  if (v.is_bool()) return v.as_bool() ? "true" : "false";
  if (v.is_int()) return std::to_string(v.as_int());
  if (v.is_double()) return float_text(v.as_double());
  if (v.is_string()) return string_text(v.as_string());
  return v.is_list() ? "[]" : "{}";  // empty ones; the others take lines of their own
}

bool is_block(const Value& v) { return (v.is_list() && !v.as_list().empty()) || (v.is_map() && !v.as_map().empty()); }

/// Appends a non-empty list or map. `inline_first`: the first line begins behind a dash that stands in `out` already.
void append_block(std::string& out, const Value& v, std::size_t indent, bool inline_first) {
  const auto append_entry = [&](const std::string& head, const Value& item, std::size_t inner, bool same_line) {
    if (!std::exchange(inline_first, false)) out.append(indent, ' ');
    out += head;
    if (!is_block(item)) {
      out += " " + scalar_text(item) + "\n";
      return;
    }
    out += same_line ? ' ' : '\n';
    append_block(out, item, inner, same_line);
  };
  if (v.is_list()) {
    for (const Value& item : v.as_list()) append_entry("-", item, indent + 2, true);
    return;
  }
  for (const auto& [key, item] : v.as_map()) {
    append_entry(string_text(key) + ":", item, item.is_list() ? indent : indent + 2, false);  // as PyYAML: a list stands under its key
  }
}

}  // namespace

std::string to_yaml(const Value& value) {
  if (!is_block(value)) return scalar_text(value) + "\n";
  std::string out;
  append_block(out, value, 0, false);
  return out;
}

void write_hparams(const std::filesystem::path& version_dir, const Value& hyper_parameters) {
  const std::filesystem::path file = version_dir / "hparams.yaml";
  if (!std::filesystem::exists(file)) write_text(file, to_yaml(hyper_parameters));
}

}  // namespace pipeline
