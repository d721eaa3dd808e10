#include "pipeline/data/csv.h"

#include <array>
#include <charconv>

#include "pipeline/data/format.h"

namespace pipeline {

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

std::string csv_value(const Value& value) {
  if (value.is_null()) return {};
  return csv_field(value.is_double() ? format_number(value.as_double()) : value.is_string() ? value.as_string() : to_json(value));
}

void append_csv_number(std::string& line, double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  (line += ',').append(text.data(), end);
}

}  // namespace pipeline
