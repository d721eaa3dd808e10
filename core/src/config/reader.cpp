#include "config/reader.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

Place place_of(const toml::source_position& position, const std::string& file) {
  return {file, static_cast<int>(position.line), static_cast<int>(position.column)};
}

/// Values have no type for dates and times: they become texts as in ISO 8601.
template <class T>
Value iso_text(const T& moment) {
  std::ostringstream text;
  text << moment;
  return text.str();
}

Value scalar_of(const toml::node& node) {
  if (const auto* v = node.as_boolean()) return v->get();
  if (const auto* v = node.as_integer()) return std::int64_t{v->get()};
  if (const auto* v = node.as_floating_point()) return v->get();
  if (const auto* v = node.as_string()) return v->get();
  if (const auto* v = node.as_date()) return iso_text(v->get());
  if (const auto* v = node.as_time()) return iso_text(v->get());
  if (const auto* v = node.as_date_time()) return iso_text(v->get());
  return {};
}

Node node_of(const toml::node& from, const Place& key, const std::string& file) {
  Node node{.key = key, .place = from.is_table() ? key : place_of(from.source().begin, file), .via = {}, .content = {}};
  if (const toml::table* table = from.as_table()) {
    Node::Table members;
    for (auto&& [name, member] : *table) {
      members.emplace_back(std::string(name.str()), node_of(member, place_of(name.source().begin, file), file));
    }
    // toml++ sorts by name: this restores the order of the file.
    std::ranges::stable_sort(members, {}, [](const auto& member) { return std::pair(member.second.key.line, member.second.key.column); });
    node.content = std::move(members);
  } else if (const toml::array* array = from.as_array()) {
    Node::List items;
    for (const toml::node& item : *array) items.push_back(node_of(item, place_of(item.source().begin, file), file));
    node.content = std::move(items);
  } else {
    node.content = scalar_of(from);
  }
  return node;
}

/// The place of a key with too many parts: toml++ frees nested tables by recursion, which would exhaust the stack.
std::optional<Place> too_deep_key(std::string_view text, const std::string& file) {
  constexpr int deepest = 200;
  Place place{file, 1, 0};
  int dots = 0;
  char quote = 0;
  bool comment = false;
  for (const char c : text) {
    ++place.column;
    if (c == '\n') {
      ++place.line;
      place.column = dots = 0;
      quote = 0, comment = false;
    } else if (comment) {
      continue;
    } else if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#') {
      comment = true;
    } else if (c == ',' || c == '=' || c == '[' || c == '{') {
      dots = 0;
    } else if (c == '.' && ++dots > deepest) {
      return place;
    }
  }
  return std::nullopt;
}

/// toml++'s message without its parser's jargon.
std::string in_plain_words(std::string_view description) {
  std::string text(description);
  if (text.ends_with("could not determine value type")) return "this is no TOML value; texts stand in quotes: \"...\"";
  constexpr std::string_view opening = "Error while parsing ";
  if (text.starts_with(opening)) text.erase(0, opening.size());
  const auto replace = [&](std::string_view from, std::string_view to) {
    if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
  };
  replace("key-value pair: ", "");
  replace("root table: ", "");
  replace("cannot redefine existing", "given twice:");
  replace("encountered end-of-file", "the file ends too early");
  replace("Encountered invalid utf-8 sequence", "this is no UTF-8 text");
  replace(" are explicitly prohibited", " are not allowed (is the closing quote missing?)");
  return "not TOML: " + text;
}

}  // namespace

Node parse_toml(std::string_view text, const std::string& file) {
  if (const auto place = too_deep_key(text, file)) throw usage_error(to_string(*place) + ": a key of that many parts is not read");
  if (text.find('\0') != std::string_view::npos) throw usage_error(file + ":1:1: this is no text file");
  try {
    const toml::table table = toml::parse(text, std::string_view(file));
    return node_of(table, Place{file, 1, 1}, file);
  } catch (const toml::parse_error& error) {
    throw usage_error(to_string(place_of(error.source().begin, file)) + ": " + in_plain_words(error.description()));
  }
}

std::optional<Node> parse_toml_value(std::string_view text, const Place& place) {
  const std::string line = "value = " + std::string(text);
  if (text.find('\0') != std::string_view::npos || too_deep_key(line, {})) return std::nullopt;
  try {
    const toml::table table = toml::parse(line);
    if (table.size() != 1) return std::nullopt;
    Node node = node_of(*table.get("value"), {}, {});
    node.for_each([&](Node& part) { part.key = part.place = place; });
    return node;
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

}  // namespace pipeline
