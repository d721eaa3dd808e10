#include <algorithm>
#include <filesystem>
#include <functional>

#include "base/path_pattern.h"
#include "config/check.h"
#include "config/hints.h"

namespace pipeline {

namespace {

namespace fs = std::filesystem;

/// Visits the strings of a value: the node itself, or the items of a list.
void for_each_text(const Node& node, const std::function<void(const Node&)>& visit) {
  if (node.is_string()) visit(node);
  if (!node.is_list()) return;
  for (const Node& item : node.list()) for_each_text(item, visit);
}

std::string sentence(const OptionMistake& mistake, const Schema& schema, const OptionsOwner& owner) {
  if (!mistake.about_key) return (owner.kind == "top" ? "" : owner.name + ": ") + mistake.message;
  const std::string hint = hint_for(owner.kind, mistake.option);
  if (!hint.empty()) return hint;
  return "unknown option \"" + mistake.option + "\" of " + owner.name + suggest(mistake.option, schema.names());
}

/// An absolute path. A missing file is a mistake at the place that names it.
Value resolve_path(CheckContext& context, const OptionInfo& option, const Node& node) {
  const Value written = node.to_value();
  if (option.required && written == Value("")) context.mistake(node.place, option.name + ": is empty: name a file");
  if (!written.is_string() || written.as_string().empty() || written == option.default_value ||
      std::ranges::find(option.choices, written.as_string()) != option.choices.end())
    return written;
  const fs::path path = context.document.resolve(written.as_string(), node.place);
  std::error_code unreadable;
  if (!fs::exists(path, unreadable)) {
    context.mistake(node.place, option.name + ": no such file: " + path.string());
  } else if (fs::is_directory(path, unreadable)) {
    context.mistake(node.place, option.name + ": is a folder, name a file in it: " + path.string());
  } else if (!fs::is_regular_file(path, unreadable)) {
    context.mistake(node.place, option.name +
                                    ": is a pipe or a device, which gives its content once; a run reads a file again to see whether "
                                    "it changed. Write the content to a file and name that: " +
                                    path.string());
  }
  return path.string();
}

/// The files of a pattern ("part-*.csv"), if the option takes several and no file has this very name; else the path.
Value resolve_pattern(CheckContext& context, const OptionInfo& option, const Node& node) {
  std::error_code unreadable;
  if (option.type != OptionType::strings || !node.is_string() || !is_pattern(node.text()) ||
      fs::exists(context.document.resolve(node.text(), node.place), unreadable))
    return resolve_path(context, option, node);
  const fs::path folder = context.document.resolve("", node.place);
  Value::List files;
  for (const fs::path& file : matching_files(folder, node.text())) files.emplace_back(file.string());
  if (!files.empty()) return files;
  context.mistake(node.place, option.name + ": no file matches " + node.text() + " in " + folder.string());
  return node.text();
}

/// The value with absolute paths, and with the files of patterns in their place.
Value resolve_paths(CheckContext& context, const OptionInfo& option, const Node& node) {
  if (!node.is_list()) return resolve_pattern(context, option, node);
  Value::List out;
  for (const Node& item : node.list()) {
    const Value paths = resolve_paths(context, option, item);
    const Value::List one{paths};
    for (const Value& path : paths.is_list() ? paths.as_list() : one) {
      if (std::ranges::find(out, path) != out.end() && option.type == OptionType::strings)
        context.mistake(item.place, option.name + ": names a file twice: " + to_toml(path));
      out.push_back(path);
    }
  }
  return out;
}

/// An absolute path of a folder that will be written; one that begins at ~ is one already.
Value resolve_output(CheckContext& context, const Node& node) {
  if (!node.is_string() || node.text().empty() || node.text().starts_with('~')) return node.to_value();
  return context.document.resolve(node.text(), node.place).string();
}

Value resolved(CheckContext& context, const OptionInfo* option, const Node& node) {
  if (option && option->role == OptionRole::input_path) return resolve_paths(context, *option, node);
  if (option && option->role == OptionRole::output_folder) return resolve_output(context, node);
  return node.to_value();
}

}  // namespace

CheckedOptions check_table(CheckContext& context, const Schema& schema, const Node* table, const OptionsOwner& owner) {
  Value given{Value::Map{}};
  CheckedOptions checked;
  for (const OptionInfo& option : schema.options) checked.origins[option.name] = {};
  if (table && !table->is_table()) {
    context.mistake(table->place, owner.name + ": expected a table of options, got " + type_name(table->to_value()));
    table = nullptr;
  }
  const Node::Table nothing;
  for (const auto& [name, member] : table ? table->table() : nothing) {
    if (owner.reserved.contains(name)) continue;
    const OptionInfo* option = schema.find(name);
    given[name] = resolved(context, option, member);
    if (!option) continue;
    checked.origins[name] = origin_of(member);
    if (!option->secret) continue;
    for_each_text(member, [&](const Node& text) {
      if (!text.text().empty()) context.secrets.insert(text.text());
    });
  }
  for (const OptionMistake& mistake : check_options(schema, given)) {
    const Node* at = table && !mistake.option.empty() ? table->find(mistake.option) : nullptr;
    const OptionInfo* option = schema.find(mistake.option);
    const Place& place = !at ? owner.place : mistake.about_key ? at->key : at->place;
    std::string message = sentence(mistake, schema, owner);
    if (option && option->secret && at) {
      message = owner.name + ": " + option->name + " takes " + describe_range(*option) + " (the value is a secret and is not shown)";
    }
    context.mistake(place, std::move(message));
  }
  for (const OptionInfo& option : schema.options) {
    if (const Node* at = table ? table->find(option.name) : nullptr) check_role(context, option, *at, owner);
  }
  checked.options = schema.with_defaults(given);
  return checked;
}

std::string with_article(const std::string& noun) {
  return (!noun.empty() && std::string_view("aeiou").find(noun.front()) != std::string_view::npos ? "an " : "a ") + noun;
}

}  // namespace pipeline
