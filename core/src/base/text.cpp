#include "pipeline/data/text.h"

namespace pipeline {

namespace {

std::string join(const std::vector<std::string>& parts, std::string_view separator, std::string_view last_separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? last_separator : separator;
    text += parts[i];
  }
  return text;
}

}  // namespace

std::string join(const std::vector<std::string>& parts, std::string_view separator) { return join(parts, separator, separator); }

std::string join_names(const std::vector<std::string>& names) { return join(names, ", ", " and "); }

std::string closed_sentence(std::string text) { return text.ends_with('?') ? text : text + "."; }

}  // namespace pipeline
