#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <set>

#include "config/check.h"
#include "data/csv_cure.h"
#include "data/csv_files.h"
#include "data/guess_format.h"
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

/// How the stage reads its files; for a stage without an option `delimiter`, or without a value of it, as the file looks.
CsvFormat format_of(const fs::path& file, const Value& options, const Schema& schema) {
  Value complete = schema.with_defaults(options);
  if (const Value* delimiter = complete.find("delimiter"); !delimiter || *delimiter == Value("")) return guess_format(file).format;
  for (const auto& [name, usual] : {std::pair{"decimal", Value(".")}, {"na_values", Value()}}) {
    if (!complete.find(name)) complete[name] = usual;
  }
  return CsvFormat::from_source(complete);
}

/// The file by the stages' reader; nullopt for one that cannot be read, since the run reports why.
std::optional<CsvFile> open_file(const fs::path& file, const Value& options, const Schema& schema) {
  try {
    return CsvFile(file, format_of(file, options, schema));
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// A sentence about a name that the file does not have: with the cure if its heading stands elsewhere or is written otherwise, else with
/// the nearest name.
std::string unknown_column(const std::string& name, const CsvFile& file) {
  const std::string cure = format_cure(file), text = "no column \"" + name + "\" in " + file.path().filename().string();
  if (cure.empty()) return text + suggest(name, file.names());
  return text + (file.names().size() == 1 ? ", whose first line is one column here" : "") + " (write " + cure + "?)";
}

/// Checks the column names in a value: a text, a list of texts, or the keys of a table. `also`: another name that may stand there.
void check_names(CheckContext& context, const Node& node, const CsvFile& file, std::string_view also) {
  std::set<std::string> seen;
  const auto check = [&](const std::string& name, const Place& place) {
    if (!seen.insert(name).second) context.mistake(place, "the column \"" + name + "\" stands here twice");
    if (name.empty() || file.has(name) || name == every_column || name == also) return;
    context.mistake(place, unknown_column(name, file));
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

/// Whether an option names columns of the file. Static columns may stand in a second one. With layout "dates_across" the values have a name
/// of their own, and with "wide" the series column has.
bool names_columns(const OptionInfo& option, const Node& node, std::string_view layout, bool has_second_file) {
  switch (option.role) {
    case OptionRole::column:
    case OptionRole::target_column:
      return layout != word_of(Layout::dates_across);
    case OptionRole::static_column:
      return layout != word_of(Layout::wide) && !has_second_file;
    case OptionRole::series_column:
      return layout != word_of(Layout::wide);
    case OptionRole::time_column:
      return true;
    default:
      return option.name == "na_values" && node.is_table();
  }
}

/// Files of one source have one heading.
void check_headings(CheckContext& context, const Node& source, const std::vector<fs::path>& files, const CsvFile& first) {
  for (const fs::path& file : files) {
    if (file == first.path()) continue;
    try {
      const CsvFile other(file, first.format());
      if (const std::string difference = heading_difference(first, other); !difference.empty()) context.mistake(source.place, difference);
    } catch (const Error&) {  // the run reports why it cannot be read
    }
  }
}

}  // namespace

std::vector<fs::path> source_files(const ComponentInfo& stage, const Value& options) {
  for (const OptionInfo& option : stage.schema.options) {
    const Value* given = option.role == OptionRole::input_path ? options.find(option.name) : nullptr;
    if (!given) continue;
    const Value::List single{*given};
    std::vector<fs::path> files;
    for (const Value& path : given->is_list() ? given->as_list() : single) {
      if (!path.is_string() || !is_delimited(path.as_string())) return {};
      files.emplace_back(path.as_string());
    }
    if (!files.empty()) return files;
  }
  return {};
}

void check_columns(CheckContext& context, const ComponentInfo& stage, const Node& table, const Value& options) {
  check_heading_of_series(context, stage, table);
  const std::vector<fs::path> sources = source_files(stage, options);
  const auto first = sources.empty() ? std::nullopt : open_file(sources.front(), options, stage.schema);
  if (!first) return;
  const Value* given = options.find("layout");
  const std::string layout = given && given->is_string() ? given->as_string() : "";
  const Value* second = options.find("static_source");
  const bool has_second_file = second && second->is_string() && !second->as_string().empty();
  const Node* source = nullptr;  // the first of the options that name files
  for (const OptionInfo& option : stage.schema.options) {
    const Node* const named = table.find(option.name);
    if (!named) continue;
    if (option.role == OptionRole::input_path && source == nullptr) source = named;
    if (names_columns(option, *named, layout, has_second_file))
      check_names(context, *named, *first, layout == word_of(Layout::wide) ? wide_value : "");
    if (named == source) check_headings(context, *named, sources, *first);
  }
}

}  // namespace pipeline
