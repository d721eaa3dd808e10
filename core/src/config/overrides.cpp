#include "config/overrides.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "config/document.h"
#include "config/hints.h"
#include "config/reader.h"
#include "pipeline/data/text.h"

namespace pipeline {

namespace {

/// Whether a key may hold the character without quotes: as in TOML, those beyond ASCII, and / after a component's kind.
bool is_bare(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 128;
  return is_letter || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '/';
}

/// The parts of `a."b.c".d`; nothing if a part is empty, a quote is not closed, or a character that TOML quotes stands outside of quotes.
std::optional<std::vector<std::string>> split_key(std::string_view key) {
  std::vector<std::string> parts(1);
  char quote = 0;
  for (const char c : key) {
    if (quote ? c == quote : c == '"' || c == '\'') {
      quote = quote ? char{0} : c;
    } else if (c == '.' && !quote) {
      parts.emplace_back();
    } else if (!quote && !is_bare(c)) {
      return std::nullopt;
    } else {
      parts.back() += c;
    }
  }
  if (quote || std::ranges::any_of(parts, &std::string::empty)) return std::nullopt;
  return parts;
}

/// The position of the first `=` outside quotes.
std::size_t end_of_key(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote ? text[i] == quote : text[i] == '"' || text[i] == '\'') {
      quote = quote ? char{0} : text[i];
    } else if (text[i] == '=' && !quote) {
      return i;
    }
  }
  return std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

bool is_list(const std::string& table) {
  const TableRule* rule = find_table_rule(table);
  return rule && rule->many;
}

/// Applies overrides to the tree below a root.
class Setter {
 public:
  explicit Setter(Node& root) : root_(root) {}

  /// Sets the value; returns the mistake in the path if it cannot.
  std::optional<std::string> apply(const Override& o) {
    const std::string& first = o.path.front();
    if (const auto wrong = unknown_start(o)) return wrong;
    if (first == "stages") return descend(*root_.find("stages"), o, 1);
    const std::optional<std::string> shared = descend(root_, o, 0);
    return set_in_stages(o) ? std::nullopt : shared;
  }

 private:
  std::optional<std::string> unknown_start(const Override& o) const {
    const std::string& first = o.path.front();
    if (std::ranges::find(top_level_keys(), first) == top_level_keys().end()) {
      if (const std::string hint = hint_in_stage(o); !hint.empty()) return hint;
      if (const std::string key = meant_key(o); !key.empty()) return "the key is " + key;
      const std::string hint = hint_for("top", first);
      return hint.empty() ? "unknown key \"" + first + "\"" + suggest(first, top_level_keys()) : hint;
    }
    if (first == "extends") return "extends cannot be set here";
    if (first != "stages") return std::nullopt;
    const std::vector<std::string> names = stage_names();
    if (o.path.size() < 2) return "name a stage, as in stages.train.trainer.max_epochs=10";
    if (std::ranges::find(names, o.path[1]) != names.end()) return std::nullopt;
    return "no stage is named \"" + o.path[1] + "\"" + suggest(o.path[1], names);
  }

  /// The cure of a word that stands right in a stage and belongs elsewhere, as in train.max_epochs; empty if there is none.
  std::string hint_in_stage(const Override& o) const {
    const std::vector<std::string> names = stage_names();
    if (o.path.size() != 2 || std::ranges::find(names, o.path.front()) == names.end()) return "";
    return hint_for("stage", o.path.back());
  }

  std::vector<std::string> stage_names() const {
    std::vector<std::string> names;
    const Node* stages = root_.find("stages");
    if (!stages || !stages->is_table()) return names;
    for (const auto& member : stages->table()) names.push_back(member.first);
    return names;
  }

  /// The whole key for one that lacks its beginning: of a stage, of a component by its type, or an option of one table. Empty if none or
  /// several may be meant.
  std::string meant_key(const Override& o) const {
    const std::string rest = joined(o, o.path.size()).substr(o.path.front().size());
    std::vector<std::string> keys;
    for (const auto& [name, table] : root_.table()) {
      if (!find_table_rule(name)) continue;
      add_keys(keys, name, table, o.path.front(), rest);
    }
    for (const std::string& name : stage_names()) {
      if (name == o.path.front()) keys.push_back("stages." + name + rest);
      add_keys(keys, "stages." + name, *root_.find("stages")->find(name), o.path.front(), rest);
    }
    return keys.size() == 1 ? keys.front() : "";
  }

  /// Adds the keys for `word` in a table: the table itself if it is of that type, an entry of a list, or an option that stands there.
  static void add_keys(std::vector<std::string>& keys, const std::string& path, const Node& table, const std::string& word,
                       const std::string& rest) {
    if (table.is_list()) {
      if (std::ranges::count(table.list(), word, [](const Node& entry) { return entry.text("type"); }) == 1)
        keys.push_back(path + "." + word + rest);
    } else if (table.text("type") == word && !rest.empty()) {
      keys.push_back(path + rest);
    } else if (table.find(word) && rest.empty()) {
      keys.push_back(path + "." + word);
    }
  }

  /// A stage's own list replaces the shared one: an entry that is set in the shared list is set in the stages too.
  bool set_in_stages(const Override& o) {
    if (o.path.size() < 2 || !is_list(o.path[0])) return false;
    Node* stages = root_.find("stages");
    bool any = false;
    if (!stages || !stages->is_table()) return false;
    for (auto& [name, stage] : stages->table()) {
      if (stage.find(o.path[0])) any = !descend(stage, o, 0) || any;
    }
    return any;
  }

  std::optional<std::string> descend(Node& node, const Override& o, std::size_t depth) {
    if (node.is_list()) return descend_list(node, o, depth);
    if (!node.is_table()) return joined(o, depth) + " is no table, it has nothing named \"" + o.path[depth] + "\"";
    const std::string& name = o.path[depth];
    const bool last = depth + 1 == o.path.size();
    Node* member = node.find(name);
    if (!member && !last && is_list(name)) {
      const Node* shared = root_.find(name);
      if (depth == 0 || !shared) return "there are no " + name + ": add [[" + name + "]] to the workflow";
      member = &node.table().emplace_back(name, *shared).second;
    }
    if (last) {
      put(node, name, o);
      return std::nullopt;
    }
    if (!member) member = &node.table().emplace_back(name, Node{o.place, o.place, {}, Node::Table{}}).second;
    return descend(*member, o, depth + 1);
  }

  /// Sets a member. Another type has other options: it clears the table.
  static void put(Node& table, const std::string& name, const Override& o) {
    if (name == "type" && table.find("type") && table.text("type") != o.value.text()) table.table().clear();
    if (Node* member = table.find(name)) {
      *member = o.value;
    } else {
      table.table().emplace_back(name, o.value);
    }
  }

  std::optional<std::string> descend_list(Node& node, const Override& o, std::size_t depth) {
    const std::string& name = o.path[depth];
    std::vector<std::string> types;
    std::vector<std::size_t> hits;
    for (std::size_t i = 0; i < node.list().size(); ++i) {
      types.push_back(node.list()[i].text("type"));
      if (types.back() == name) hits.push_back(i);
    }
    if (hits.empty()) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
      if (error == std::errc() && end == name.data() + name.size()) {
        if (index < node.list().size()) hits.push_back(index);
        if (hits.empty()) return joined(o, depth) + " has " + std::to_string(node.list().size()) + " entries, counted from 0";
      }
    }
    if (hits.empty()) return joined(o, depth) + " has no entry \"" + name + "\"" + suggest(name, types);
    if (hits.size() > 1) {
      std::vector<std::string> choices;
      for (const std::size_t i : hits) choices.push_back(joined(o, depth) + "." + std::to_string(i));
      return name + " stands there " + std::to_string(hits.size()) + " times: name one by its index, " + join_names(choices);
    }
    Node& entry = node.list()[hits.front()];
    if (depth + 1 < o.path.size()) return descend(entry, o, depth + 1);
    entry = o.value;
    return std::nullopt;
  }

  /// The path before part `depth`.
  static std::string joined(const Override& o, std::size_t depth) {
    return join(std::vector<std::string>(o.path.begin(), o.path.begin() + static_cast<std::ptrdiff_t>(depth)), ".");
  }

  Node& root_;
};

}  // namespace

std::optional<Override> parse_override(const std::string& text, std::vector<Mistake>& mistakes) {
  const std::size_t equals = end_of_key(text);
  const std::string key(trimmed(std::string_view(text).substr(0, equals)));
  const auto path = split_key(key);
  const Place place{path ? "--set " + key : "--set", 0, 0};
  if (!path || equals == std::string::npos) {
    mistakes.push_back({place, "write --set KEY=VALUE, as in --set trainer.max_epochs=10"});
    return std::nullopt;
  }
  const std::string_view written = trimmed(std::string_view(text).substr(equals + 1));
  std::optional<Node> value = parse_toml_value(written, place);
  if (!value && !written.empty() && std::string_view("[{\"'").find(written.front()) != std::string_view::npos) {
    mistakes.push_back({place, "the value is no TOML; does the shell take its quotes away?"});
    return std::nullopt;
  }
  if (!value) value = Node{.key = place, .place = place, .via = {}, .content = Value(std::string(written))};
  return Override{place, *path, std::move(*value)};
}

void apply_overrides(Node& root, const std::vector<std::string>& sets, std::vector<Mistake>& mistakes) {
  std::vector<Override> overrides;
  for (const std::string& text : sets) {
    if (auto parsed = parse_override(text, mistakes)) overrides.push_back(std::move(*parsed));
  }
  // A new type clears a table: types come first, whatever the order on the command line.
  std::ranges::stable_partition(overrides, [](const Override& o) { return o.path.back() == "type"; });
  Setter setter(root);
  for (const Override& o : overrides) {
    if (auto wrong = setter.apply(o)) mistakes.push_back({o.place, *wrong});
  }
}

}  // namespace pipeline
