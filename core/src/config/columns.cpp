#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <set>

#include "config/check.h"
#include "data/csv_reader.h"
#include "data/panel_plan.h"
#include "pipeline/data/predictions.h"
#include "pipeline/data/prepare.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

namespace fs = std::filesystem;

bool is_delimited(const fs::path& file) {
  std::string extension = file.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::error_code unreadable;
  return (extension == ".csv" || extension == ".tsv" || extension == ".txt") && fs::is_regular_file(file, unreadable);
}

/// The delimiter of the stage's options, else the most frequent of the usual ones in the first line.
char delimiter_of(const fs::path& file, const Value& options, const Schema& schema) {
  const OptionInfo* option = schema.find("delimiter");
  const Value* given = options.find("delimiter");
  const Value chosen = given ? *given : option ? option->default_value : Value();
  if (chosen.is_string() && !chosen.as_string().empty())
    return CsvFormat::from_options(chosen.as_string(), chosen == Value(".") ? "," : ".", {}).delimiter;
  const std::string usual = ",;\t";
  const CsvFile first(file, {});
  return *std::ranges::max_element(usual, {}, [&](char c) { return std::ranges::count(first.header(), c); });
}

/// The columns of a file, by the stages' reader; empty for a file that cannot be read, since the run reports why.
std::vector<std::string> columns_of(const fs::path& file, const Value& options, const Schema& schema) {
  try {
    return CsvFile(file, {.delimiter = delimiter_of(file, options, schema), .decimal = '.', .na_words = {}, .na_numbers = {}}).names();
  } catch (const Error&) {
    return {};
  }
}

/// The file's name for a mistake, with the cure if its first line was not split.
std::string described(const fs::path& file, const std::vector<std::string>& columns) {
  std::string text = file.filename().string();
  if (columns.size() > 1) return text;
  for (const char other : {';', '\t', ','}) {
    if (columns.front().find(other) != std::string::npos)
      return text +
             ", whose first line is one column here (write delimiter = " + (other == '\t' ? "\"\\t\"" : std::string({'"', other, '"'})) +
             "?)";
  }
  return text;
}

/// Checks the column names in a value: a text, a list of texts, or the keys of a table.
void check_names(CheckContext& context, const Node& node, const std::vector<std::string>& columns, const std::string& file) {
  std::set<std::string> seen;
  const auto check = [&](const std::string& name, const Place& place) {
    if (!seen.insert(name).second) context.mistake(place, "the column \"" + name + "\" stands here twice");
    if (name.empty() || std::ranges::find(columns, name) != columns.end()) return;
    context.mistake(place, "no column \"" + name + "\" in " + file + suggest(name, columns));
  };
  for (const Node& item : node.items()) {
    if (item.is_string()) check(item.text(), item.place);
  }
  if (node.is_table()) {
    for (const auto& [name, member] : node.table()) check(name, member.key);
  }
}

std::vector<std::string> texts_of(const Node* node) {
  std::vector<std::string> texts;
  if (!node) return texts;
  for (const Node& item : node->items()) {
    if (item.is_string()) texts.push_back(item.text());
  }
  return texts;
}

/// The ids of series stand in predictions.csv beside the columns of the targets.
void check_heading_of_series(CheckContext& context, const ComponentInfo& stage, const Node& table) {
  const auto node_of = [&](OptionRole role) -> const Node* {
    const auto option = std::ranges::find(stage.schema.options, role, &OptionInfo::role);
    return option == stage.schema.options.end() ? nullptr : table.find(option->name);
  };
  const Node* series = node_of(OptionRole::series_column);
  const std::vector<std::string> targets = texts_of(node_of(OptionRole::target_column));
  if (!series || targets.empty()) return;
  const auto clashes = heading_clashes(targets, join(texts_of(series), "/"));
  if (clashes.size() > heading_clashes(targets).size()) context.mistake(series->place, clashes.front().sentence);
}

/// Whether an option of that role names columns of the file. With layout "dates_across" the values have a name of their own, and with
/// "wide" the series column has.
bool names_columns(OptionRole role, std::string_view layout) {
  switch (role) {
    case OptionRole::column:
    case OptionRole::target_column:
      return layout != word_of(Layout::dates_across);
    case OptionRole::series_column:
      return layout != word_of(Layout::wide);
    case OptionRole::time_column:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<fs::path> source_file(const ComponentInfo& stage, const Value& options) {
  for (const OptionInfo& option : stage.schema.options) {
    const Value* path = options.find(option.name);
    if (option.role == OptionRole::input_path && path && path->is_string() && is_delimited(path->as_string())) return path->as_string();
  }
  return std::nullopt;
}

void check_columns(CheckContext& context, const ComponentInfo& stage, const Node& table, const Value& options) {
  check_heading_of_series(context, stage, table);
  const auto source = source_file(stage, options);
  if (!source) return;
  const std::vector<std::string> columns = columns_of(*source, options, stage.schema);
  if (columns.empty()) return;
  const Value* given = options.find("layout");
  const std::string layout = given && given->is_string() ? given->as_string() : "";
  std::vector<std::string> known = columns;
  if (layout == word_of(Layout::wide)) known.emplace_back(wide_value);
  for (const OptionInfo& option : stage.schema.options) {
    if (!names_columns(option.role, layout)) continue;
    if (const Node* named = table.find(option.name)) check_names(context, *named, known, described(*source, columns));
  }
}

}  // namespace pipeline
