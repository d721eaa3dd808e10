#include "base/path_pattern.h"

#include <glob.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace pipeline {
namespace {

namespace fs = std::filesystem;

/// The whole number at the front of the text, which is removed from it, without zeros before it.
std::string_view take_number(std::string_view& text) {
  while (text.size() > 1 && text[0] == '0' && std::isdigit(static_cast<unsigned char>(text[1])) != 0) text.remove_prefix(1);
  std::size_t digits = 0;
  while (digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits])) != 0) ++digits;
  const std::string_view number = text.substr(0, digits);
  text.remove_prefix(digits);
  return number;
}

bool comes_before(const std::string& one, const std::string& other) {
  std::string_view a = one, b = other;
  while (!a.empty() && !b.empty()) {
    const std::string_view number = take_number(a), than = take_number(b);
    if (number.size() != than.size() && !number.empty() && !than.empty()) return number.size() < than.size();
    if (number != than) return number.empty() || than.empty() ? one < other : number < than;
    if (!number.empty()) continue;
    if (a.front() != b.front()) return a.front() < b.front();
    a.remove_prefix(1), b.remove_prefix(1);
  }
  return a.empty() != b.empty() ? a.empty() : one < other;
}

/// The text as a pattern that matches nothing but itself.
std::string literally(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace

bool is_pattern(const std::string& text) { return text.find_first_of("*?[") != std::string::npos; }

std::vector<fs::path> matching_files(const fs::path& folder, const std::string& pattern) {
  const std::string whole = fs::path(pattern).is_absolute() ? pattern : literally(folder.string()) + "/" + pattern;
  glob_t found{};
  std::vector<std::string> names;
  if (::glob(whole.c_str(), GLOB_NOSORT, nullptr, &found) == 0) names.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  std::ranges::sort(names, comes_before);
  std::vector<fs::path> files;
  for (const std::string& name : names) {
    std::error_code unreadable;
    if (!fs::is_directory(name, unreadable)) files.push_back(fs::path(name).lexically_normal());
  }
  return files;
}

}  // namespace pipeline
