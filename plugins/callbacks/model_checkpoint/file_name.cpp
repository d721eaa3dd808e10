#include "file_name.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"

namespace pipeline::callbacks::model_checkpoint {

namespace {

constexpr int most_width = 64;

[[noreturn]] void refuse(const std::string& pattern, const std::string& why) {
  throw usage_error("ModelCheckpoint: filename \"" + pattern + "\": " + why + "; write it as in \"LSTMModel-{epoch:02d}-{val_loss:.4f}\"");
}

/// Removes the digits at the start of `text` and returns their value; `missing` if there are none.
int take_number(std::string_view& text, int missing, const std::string& pattern) {
  int number = missing;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument) return missing;
  if (error != std::errc() || number < 0 || number > most_width) refuse(pattern, "a width or precision of at most 64 is possible");
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// Python's repr: the fewest digits that read back as the same double, with ".0" after a whole number.
std::string python_repr(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const double size = std::abs(value);
  std::array<char, 32> text{};
  const bool scientific = size != 0 && (size < 1e-4 || size >= 1e16);
  const auto format = scientific ? std::chars_format::scientific : std::chars_format::fixed;
  std::string out(text.data(), std::to_chars(text.data(), text.data() + text.size(), value, format).ptr);
  return scientific || out.find('.') != std::string::npos ? out : out + ".0";
}

}  // namespace

FileNamePattern::FileNamePattern(const std::string& pattern, bool auto_insert_metric_name) : insert_name_(auto_insert_metric_name) {
  const std::string text = pattern.empty() ? "{epoch}-{step}" : pattern;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find('{', at), stray = text.find('}', at);
    if (stray < open) refuse(pattern, "a } without its {");
    Part part{.text = text.substr(at, open - at), .metric = {}, .spec = {}};
    if (open == std::string::npos) {
      parts_.push_back(part);
      break;
    }
    const std::size_t close = text.find('}', open);
    if (close == std::string::npos || text.find('{', open + 1) < close) refuse(pattern, "a { without its }");
    const std::string inside = text.substr(open + 1, close - open - 1);
    const std::size_t colon = inside.find(':');
    part.metric = inside.substr(0, colon);
    if (part.metric.empty()) refuse(pattern, "braces without the name of a metric");
    if (colon != std::string::npos) part.spec = parse_spec(inside.substr(colon + 1), pattern);
    parts_.push_back(std::move(part));
    at = close + 1;
  }
}

FileNamePattern::Spec FileNamePattern::parse_spec(const std::string& spec, const std::string& pattern) {
  Spec out;
  std::string_view rest = spec;
  const auto take = [&](char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  };
  out.plus = take('+');
  out.zeros = take('0');
  out.width = take_number(rest, 0, pattern);
  if (take('.')) {
    out.precision = take_number(rest, -1, pattern);
    if (out.precision < 0) refuse(pattern, "a precision is missing in \"" + spec + "\"");
  }
  if (!rest.empty() && std::string_view("dfeg").find(rest.front()) != std::string_view::npos) {
    out.type = rest.front();
    rest.remove_prefix(1);
  }
  if (!rest.empty()) refuse(pattern, "\"" + spec + "\" is not a width, a precision and one of d, f, e, g");
  const bool takes_precision = out.type != 'd' && out.type != '\0';
  if (!takes_precision && out.precision >= 0) refuse(pattern, "the precision in \"" + spec + "\" needs one of f, e, g behind it");
  if (takes_precision && out.precision < 0) out.precision = 6;  // Python's default
  return out;
}

std::string FileNamePattern::print(NamedValue value, const Spec& spec) {
  std::string out;
  if (!std::isfinite(value.value) || (spec.type == '\0' && !value.whole)) {
    out = python_repr(value.value);
  } else if (spec.type == 'd' || spec.type == '\0') {
    out = std::to_string(std::llround(value.value));
  } else {
    const auto format = spec.type == 'f'   ? std::chars_format::fixed
                        : spec.type == 'e' ? std::chars_format::scientific
                                           : std::chars_format::general;
    std::array<char, 512> text{};  // enough for 1e308 with 64 decimals
    out.assign(text.data(), std::to_chars(text.data(), text.data() + text.size(), value.value, format, spec.precision).ptr);
  }
  if (spec.plus && !out.starts_with('-')) out.insert(0, "+");
  const auto width = static_cast<std::size_t>(spec.width);
  if (out.size() < width) {
    const bool behind_sign = spec.zeros && (out.front() == '-' || out.front() == '+');
    out.insert(behind_sign ? 1 : 0, width - out.size(), spec.zeros ? '0' : ' ');
  }
  return out;
}

std::string FileNamePattern::fill(const std::map<std::string, NamedValue>& metrics) const {
  std::string name;
  for (const Part& part : parts_) {
    name += part.text;
    if (part.metric.empty()) continue;
    const auto found = metrics.find(part.metric);
    if (insert_name_) name += part.metric + "=";
    name += print(found == metrics.end() ? NamedValue{0, true} : found->second, part.spec);
  }
  return name;
}

bool FileNamePattern::matches(std::string_view name) const {
  std::size_t at = 0;
  for (const Part& part : parts_) {
    const std::string literal = part.text + (insert_name_ && !part.metric.empty() ? part.metric + "=" : "");
    const std::size_t found = name.find(literal, at);
    if (found == std::string_view::npos || (at == 0 && found != 0)) return false;
    at = found + literal.size();
  }
  return true;
}

}  // namespace pipeline::callbacks::model_checkpoint
