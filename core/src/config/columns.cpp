#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>

#include "config/check.h"
#include "config/hints.h"

namespace pipeline {

namespace {

namespace fs = std::filesystem;

bool is_delimited(const fs::path& file) {
  std::string extension = file.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::error_code unreadable;
  return (extension == ".csv" || extension == ".tsv" || extension == ".txt") && fs::is_regular_file(file, unreadable);
}

/// The first line that is not empty, at most a megabyte of it, without a byte order mark.
std::string header_line(const fs::path& file) {
  constexpr std::size_t longest = 1 << 20;
  std::ifstream in(file, std::ios::binary);
  std::string line;
  char c = 0;
  while (line.size() < longest && in.get(c)) {
    if (c != '\n' && c != '\r') {
      line += c;
    } else if (!line.empty()) {
      break;
    }
  }
  if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
  return line;
}

/// The stage's own delimiter where it has such an option, else the most frequent of the usual ones.
char delimiter_of(const std::string& header, const Value& options) {
  const Value* chosen = options.find("delimiter");
  if (chosen && chosen->is_string() && chosen->as_string().size() == 1) return chosen->as_string().front();
  const std::string usual = ",;\t";
  return *std::ranges::max_element(usual, {}, [&](char c) { return std::ranges::count(header, c); });
}

std::vector<std::string> split_header(const std::string& header, char delimiter) {
  std::vector<std::string> names(1);
  bool quoted = false;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const char c = header[i];
    if (c == '"' && quoted && i + 1 < header.size() && header[i + 1] == '"') {
      names.back() += header[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == delimiter && !quoted) {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  for (std::string& name : names) {
    const auto first = name.find_first_not_of(" \t"), last = name.find_last_not_of(" \t");
    name = first == std::string::npos ? std::string() : name.substr(first, last - first + 1);
  }
  return names;
}

/// The names of columns in a value: a text, a list of texts, or the keys of a table.
void check_names(CheckContext& context, const Node& node, const std::vector<std::string>& columns, const std::string& file) {
  const auto check = [&](const std::string& name, const Place& place) {
    if (name.empty() || std::ranges::find(columns, name) != columns.end()) return;
    context.mistake(place, "no column \"" + name + "\" in " + file + suggest(name, columns));
  };
  if (node.is_string()) check(node.text(), node.place);
  if (node.is_list()) {
    for (const Node& item : node.list()) check_names(context, item, columns, file);
  }
  if (node.is_table()) {
    for (const auto& [name, member] : node.table()) check(name, member.key);
  }
}

std::optional<fs::path> source_of(const ComponentInfo& stage, const Value& options) {
  for (const OptionInfo& option : stage.schema.options) {
    const Value* path = options.find(option.name);
    if (option.role == OptionRole::input_path && path && path->is_string() && is_delimited(path->as_string())) return path->as_string();
  }
  return std::nullopt;
}

}  // namespace

void check_columns(CheckContext& context, const ComponentInfo& stage, const Node& table, const Value& options) {
  const auto source = source_of(stage, options);
  if (!source) return;
  const std::string header = header_line(*source);
  if (header.empty()) return;
  const std::vector<std::string> columns = split_header(header, delimiter_of(header, options));
  for (const OptionInfo& option : stage.schema.options) {
    if (option.role != OptionRole::column && option.role != OptionRole::time_column) continue;
    if (const Node* named = table.find(option.name)) check_names(context, *named, columns, source->filename().string());
  }
}

}  // namespace pipeline
