#include "config/environment.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

namespace pipeline {

namespace {

/// The value of the text between `${env:` and `}`.
std::string look_up(const std::string& reference, const Place& place, std::vector<Mistake>& mistakes) {
  const auto colon = reference.find(":-");
  const std::string name = reference.substr(0, colon);
  if (const char* value = std::getenv(name.c_str())) return value;
  if (colon != std::string::npos) return reference.substr(colon + 2);
  mistakes.push_back({place, "the environment variable " + name + " is not set; set it, or give a default: ${env:" + name + ":-default}"});
  return "${env:" + reference + "}";
}

/// The NAME of a text that begins with `${NAME}`, the shell's form; else empty.
std::string shell_variable(std::string_view text) {
  if (!text.starts_with("${")) return {};
  const std::string_view name = text.substr(2, text.find('}') - 2);
  const bool closed = 2 + name.size() < text.size();
  const bool is_name = std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  return closed && is_name ? std::string(name) : std::string();
}

}  // namespace

std::string expand_environment(const std::string& text, const Place& place, std::vector<Mistake>& mistakes) {
  constexpr std::string_view opening = "${env:";
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.compare(at, 3, "$${") == 0) {
      out += "${";
      at += 3;
    } else if (text.compare(at, opening.size(), opening) == 0) {
      const auto end = text.find('}', at);
      if (end == std::string::npos) {
        mistakes.push_back({place, "\"${env:\" without its closing \"}\""});
        return text;
      }
      out += look_up(text.substr(at + opening.size(), end - at - opening.size()), place, mistakes);
      at = end + 1;
    } else if (const std::string name = shell_variable(std::string_view(text).substr(at)); !name.empty()) {
      mistakes.push_back({place, "\"${" + name + "}\" is not replaced: write \"${env:" + name +
                                     "}\" for the environment's value, or \"$${" + name + "}\" for the text itself"});
      return text;
    } else {
      out += text[at++];
    }
  }
  return out;
}

void expand_environment(Node& node, std::vector<Mistake>& mistakes) {
  node.for_each([&](Node& part) {
    if (part.is_string()) part.content = Value(expand_environment(part.text(), part.place, mistakes));
  });
}

std::string escape_environment(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.compare(at, 2, "${") == 0) out += '$';
    out += text[at];
  }
  return out;
}

}  // namespace pipeline
