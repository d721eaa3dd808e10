#include "config/search_space.h"

#include <algorithm>
#include <optional>

#include "base/metric_names.h"
#include "base/table_rules.h"
#include "config/search_range.h"
#include "config/search_rules.h"
#include "pipeline/data/text.h"
#include "pipeline/search/search_space.h"

namespace pipeline {

namespace {

/// The names of what a search may change: tables, and the stage that slices.
std::vector<std::string> searched_tables(const std::string& slicing) {
  std::vector<std::string> names;
  for (const TableRule& rule : training_table_rules()) {
    if (rule.searched) names.push_back(rule.name);
  }
  if (!slicing.empty() && !find_table_rule(slicing)) names.push_back(slicing);
  return names;
}

struct Entry {
  std::string path, table, option;
  const Node* node;
};

/// "callbacks.EarlyStopping.patience" -> table "callbacks.EarlyStopping", option "patience"
Entry entry_of(const std::string& path, const Node& node) {
  const std::size_t dot = path.rfind('.');
  return {path, path.substr(0, dot), dot == std::string::npos ? std::string() : path.substr(dot + 1), &node};
}

class SearchChecker {
 public:
  SearchChecker(CheckContext& context, const SearchScope& scope)
      : context_(context), scope_(scope), searched_(searched_tables(scope.slicing)) {}

  CheckedSearch check() {
    if (!scope_.search->is_table() || scope_.search->table().empty()) {
      context_.mistake(scope_.search->place, "search takes what to try: \"model.hidden_size\" = { low = 32, high = 128 }");
      return {};
    }
    collect(*scope_.search, {});
    for (const Entry& entry : entries_) check_entry(entry);
    for (const Entry& entry : entries_) check_conditions(entry);
    check_names();
    check_other_tables();
    check_compared();
    check_sampler();
    if (scope_.order) reorder(*scope_.order);
    if (scope_.enqueue) check_queue(*scope_.enqueue);
    return std::move(checked_);
  }

 private:
  /// A quoted key holds the whole path; a bare one ("model.hidden_size = ...") makes nested tables.
  void collect(const Node& table, const std::string& prefix) {
    for (const auto& [name, member] : table.table()) {
      const std::string path = prefix.empty() ? name : prefix + "." + name;
      const TableRule* list = find_table_rule(prefix);
      const bool is_prefix = std::ranges::find(searched_, path) != searched_.end() || (list && list->many);
      if (is_prefix && member.is_table() && name.find('.') == std::string::npos) {
        collect(member, path);
      } else {
        entries_.push_back(entry_of(path, member));
      }
    }
  }

  void check_entry(const Entry& entry) {
    const std::string first = entry.path.substr(0, entry.path.find('.'));
    const bool known = is_slicing(entry) || std::ranges::find(searched_, first) != searched_.end();
    if (entry.option.empty() || !known) {
      context_.mistake(entry.node->key,
                       "search: " + in_quotes(entry.path) + " is no option of " + join_names(searched_) + suggest(first, searched_));
      return;
    }
    report_own_value(entry);
    const std::vector<const Schema*> owners = owners_of(entry);
    const TableRule* rule = find_table_rule(entry.table);
    const bool is_type = entry.option == "type" && rule && rule->has_type();
    OptionInfo option;
    if (is_type) {
      option.name = "type";
      option.type = OptionType::string;
      option.choices = context_.registry.names(rule->kind);
    } else if (owners.empty()) {
      return;
    } else {
      option = *owners.front()->find(entry.option);
    }
    SearchedOption searched{.path = entry.path, .option = option, .owners = is_type ? std::vector<const Schema*>{} : owners};
    if (rule && !rule->many && types_of(entry.table).size() == 1) searched.beside = scope_.tables.one(entry.table).options;
    for (const Entry& other : entries_) {
      if (other.table == entry.table && other.path != entry.path) searched.others.push_back(other.option);
    }
    const std::optional<Value> range = check_range(context_, searched, *entry.node);
    if (!range) return;
    checked_.space[entry.path] = *range;
    checked_.order.emplace_back(entry.path);
  }

  /// A value that the training stage sets overrides the best value.
  void report_own_value(const Entry& entry) {
    const Node* table = scope_.train.node ? scope_.train.node->find(entry.table) : nullptr;
    const Node* own = table && table->is_table() ? table->find(entry.option) : nullptr;
    if (!own || own->is_set()) return;
    context_.mistake(entry.node->key, "search: stage " + in_quotes(scope_.train.name) + " sets " + entry.path + " itself at " +
                                          to_string(own->place) + ", so that the best would have no effect: leave it out there");
  }

  /// The schemas of every component that the option may belong to while it is searched; empty, with a mistake, if one lacks it.
  std::vector<const Schema*> owners_of(const Entry& entry) {
    std::vector<const Schema*> schemas;
    for (const auto& [name, info] : components_of(entry)) {
      if (!info) return {};
      if (!info->schema.find(entry.option) && entry.option != "type") {
        const bool several = types_of(entry.table).size() > 1;
        context_.mistake(entry.node->key, "search: " + name + " has no option " + in_quotes(entry.option) +
                                              (several ? "; say for which type with when = { \"" + entry.table + ".type\" = \"...\" }"
                                                       : suggest(entry.option, info->schema.names())));
        return {};
      }
      schemas.push_back(&info->schema);
    }
    return schemas;
  }

  using Component = std::pair<std::string, const ComponentInfo*>;

  std::vector<Component> components_of(const Entry& entry) {
    const TableRule* rule = find_table_rule(entry.table);
    const TableRule* list = find_table_rule(entry.table.substr(0, entry.table.find('.')));
    if (is_slicing(entry)) return {slicing_of(entry)};
    if (rule && !rule->has_type()) return {{"[" + entry.table + "]", context_.registry.find(rule->kind, entry.table)}};
    if (list && list->many && list != rule) return {entry_of_list(*list, entry)};
    std::vector<Component> found;
    for (const std::string& type : allowed_types(entry)) found.emplace_back(type, context_.registry.find(rule->kind, type));
    if (found.empty() && !types_of(entry.table).empty()) {
      context_.mistake(entry.node->key, "search: the condition of " + in_quotes(entry.path) + " never holds: " + entry.table + " is " +
                                            join_names(types_of(entry.table)));
    } else if (found.empty() && entry.option != "type") {
      context_.mistake(entry.node->key, "search: there is no [" + entry.table + "] whose " + entry.option + " could be searched");
    }
    return found;
  }

  [[nodiscard]] bool is_slicing(const Entry& entry) const { return entry.table == scope_.slicing && !find_table_rule(entry.table); }

  /// A search may change how rows become windows, but not what is forecast or from which data. The stage's options tell which is which.
  Component slicing_of(const Entry& entry) {
    const Component unknown{scope_.slicing, nullptr};
    if (!scope_.slicing_type) return unknown;  // its unknown type is reported elsewhere
    const OptionInfo* option = scope_.slicing_type->schema.find(entry.option);
    if (option && option->searchable) return {scope_.slicing, scope_.slicing_type};
    std::vector<std::string> names;
    for (const OptionInfo& other : scope_.slicing_type->schema.options) {
      if (other.searchable) names.push_back(other.name);
    }
    context_.mistake(entry.node->key, "search: " + entry.path + " decides what is forecast or where it comes from: " +
                                          (names.empty()       ? "no option of " + scope_.slicing + " is searched"
                                           : names.size() == 1 ? "only " + names.front() + " is searched"
                                                               : "only " + join_names(names) + " are searched"));
    return unknown;
  }

  /// An entry of [[callbacks]], by its type.
  Component entry_of_list(const TableRule& rule, const Entry& entry) {
    const std::string type = entry.table.substr(rule.name.size() + 1);
    const auto times = std::ranges::count(scope_.tables.many(rule.name), type, &ComponentSpec::type);
    if (times != 1) {
      context_.mistake(entry.node->key, "search: there " + (times ? "are several " + rule.name : "is no " + rule.kind) + " " +
                                            in_quotes(type) + " among [[" + rule.name + "]]");
      return {type, nullptr};
    }
    return {type, context_.registry.find(rule.kind, type)};
  }

  /// The types that a table can have: the searched ones, else its own.
  std::vector<std::string> types_of(const std::string& table) const {
    for (const Entry& entry : entries_) {
      if (entry.path != table + ".type") continue;
      const Node* choices = entry.node->is_list() ? entry.node : entry.node->find("choices");
      std::vector<std::string> types;
      for (const Node& choice : choices && choices->is_list() ? choices->list() : Node::List{}) types.push_back(choice.text());
      return types;
    }
    const TableRule* rule = find_table_rule(table);
    if (!rule || rule->many || scope_.tables.one(table).type.empty()) return {};
    return {scope_.tables.one(table).type};
  }

  /// The types of the entry's table that its own condition admits.
  std::vector<std::string> allowed_types(const Entry& entry) const {
    std::vector<std::string> types = types_of(entry.table);
    const Node* when = entry.node->find("when");
    const Node* condition = when ? when->find(entry.table + ".type") : nullptr;
    if (!condition) return types;
    std::erase_if(types, [&](const std::string& type) {
      return std::ranges::none_of(condition->items(), [&](const Node& n) { return n.text() == type; });
    });
    return types;
  }

  void check_conditions(const Entry& entry) {
    const Node* when = entry.node->find("when");
    if (!when || !checked_.space.contains(entry.path)) return;
    for (const auto& [path, values] : when->table()) {
      const auto other = checked_.space.find(path);
      if (other == checked_.space.end()) {
        if (std::ranges::none_of(entries_, [&](const Entry& e) { return e.path == path; }))
          context_.mistake(values.key, "search: " + in_quotes(path) + " of when is not searched itself: leave it out, or search it too");
        continue;
      }
      const SearchSpace alone = SearchSpace::from_value(Value::Map{{path, without_condition(other->second)}});
      for (const Node& value : values.items()) {
        if (!alone.parameters().front().distribution.internal(value.to_value()))
          context_.mistake(value.place, "search: " + path + " never becomes " + to_toml(value.to_value()));
      }
    }
    report_circle(entry);
  }

  static Value without_condition(Value range) {
    range.as_map().erase("when");
    return range;
  }

  /// Following conditions from an entry must not lead back to it.
  void report_circle(const Entry& entry) {
    std::vector<std::string> path{entry.path}, seen;
    while (!path.empty()) {
      const std::string at = path.back();
      path.pop_back();
      const auto range = checked_.space.find(at);
      const Value* when = range == checked_.space.end() ? nullptr : range->second.find("when");
      if (!when) continue;
      for (const auto& [next, values] : when->as_map()) {
        if (next == entry.path) {
          context_.mistake(entry.node->key, "search: the conditions of " + in_quotes(entry.path) + " lead back to itself");
          checked_.space[entry.path] = without_condition(checked_.space[entry.path]);
          return;
        }
        if (std::ranges::find(seen, next) == seen.end()) seen.push_back(next), path.push_back(next);
      }
    }
  }

  void check_names() {
    std::map<std::string, std::string> paths;
    for (const Entry& entry : entries_) {
      const auto range = checked_.space.find(entry.path);
      if (range == checked_.space.end()) continue;
      const Value* given = range->second.find("name");
      const std::string name = given ? given->as_string() : entry.path;
      const auto [first, is_new] = paths.emplace(name, entry.path);
      if (!is_new)
        context_.mistake(entry.node->key, "search: " + entry.path + " and " + first->second + " are both named " + in_quotes(name));
    }
  }

  /// No choices may break the rules between two tables.
  void check_other_tables() {
    if (!table_mistakes(context_.registry, scope_.tables).empty()) return;  // reported already
    for (const ChoiceMistake& mistake : choice_mistakes(context_.registry, scope_.tables, checked_.space)) {
      const auto entry = std::ranges::find(entries_, mistake.path, &Entry::path);
      context_.mistake(entry->node->key, "search: " + mistake.path + ": " + mistake.message);
    }
  }

  /// Trials with different losses have values that do not compare, unless another metric compares them.
  void check_compared() {
    if (std::ranges::find(loss_names, scope_.compared_by) == loss_names.end()) return;
    for (const Entry& entry : entries_) {
      if (!entry.path.starts_with("loss.") || !checked_.space.contains(entry.path)) continue;
      context_.mistake(entry.node->key, "search: " + entry.path + " changes what " + scope_.compared_by +
                                            " measures, so that trials do not compare: write monitor = \"val_mae\", or another metric "
                                            "that no loss changes, in the stage that searches");
    }
  }

  /// A sampler that tries every point needs ranges that have an end.
  void check_sampler() {
    const std::string& sampler = scope_.tables.one("sampler").type;
    const ComponentInfo* info = context_.registry.find("sampler", sampler);
    if (!info || !info->enumerates) return;
    for (const Entry& entry : entries_) {
      const auto range = checked_.space.find(entry.path);
      if (range == checked_.space.end()) continue;
      const SearchSpace alone = SearchSpace::from_value(Value::Map{{entry.path, without_condition(range->second)}});
      if (alone.parameters().front().distribution.is_countable()) continue;
      context_.mistake(entry.node->key, "search: " + sampler + " cannot enumerate the continuous range of " + entry.path +
                                            ": give it a step or choices, or choose another sampler");
    }
  }

  /// Puts the paths that `search_order` names first.
  void reorder(const Node& order) {
    Value::List first;
    for (const Node& path : order.is_list() ? order.list() : Node::List{}) {
      const bool known = std::ranges::any_of(entries_, [&](const Entry& e) { return e.path == path.text(); });
      if (!known) {
        context_.mistake(path.place, "search_order: " + in_quotes(path.text()) + " is not searched");
      } else if (checked_.space.contains(path.text())) {
        first.emplace_back(path.text());
      }
    }
    for (const Value& path : checked_.order) {
      if (std::ranges::find(first, path) == first.end()) first.push_back(path);
    }
    checked_.order = std::move(first);
  }

  void check_queue(const Node& queue) {
    if (!queue.is_list()) return context_.mistake(queue.place, "enqueue takes a list of points: [{ \"model.hidden_size\" = 64 }]");
    if (!context_.mistakes.empty() && checked_.space.size() < entries_.size()) return;  // a range is wrong: points cannot be checked
    const SearchSpace space = SearchSpace::from_value(checked_.space);
    std::vector<std::string> paths;
    for (const SearchParameter& parameter : space.parameters()) paths.push_back(parameter.path);
    for (const Node& point : queue.list()) {
      if (!point.is_table()) {
        context_.mistake(point.place, "enqueue takes tables of values: { \"model.hidden_size\" = 64 }, got " + type_name(point.to_value()));
        continue;
      }
      Value::Map named;
      for (const auto& [key, value] : point.table()) {
        const SearchParameter* parameter = space.find(key);
        if (!parameter) {
          context_.mistake(value.key, "enqueue: " + in_quotes(key) + " is not searched" + suggest(key, paths));
        } else if (!parameter->distribution.internal(value.to_value())) {
          context_.mistake(value.place, "enqueue: " + to_toml(value.to_value()) + " is outside the range of " + parameter->path);
        } else {
          named[parameter->name] = value.to_value();
        }
      }
      checked_.enqueue.emplace_back(std::move(named));
    }
  }

  CheckContext& context_;
  const SearchScope& scope_;
  std::vector<std::string> searched_;
  std::vector<Entry> entries_;
  CheckedSearch checked_;
};

}  // namespace

CheckedSearch check_search(CheckContext& context, const SearchScope& scope) { return SearchChecker(context, scope).check(); }

}  // namespace pipeline
