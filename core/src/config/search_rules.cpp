#include "config/search_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/option_value.h"
#include "base/table_rules.h"
#include "pipeline/data/text.h"

namespace pipeline {

namespace {

using Paths = std::set<std::string>;

/// A range of choices.
struct Choices {
  std::string path, table, option;
  const Value::List* values = nullptr;
  const Value::Map* when = nullptr;  ///< nullptr: always drawn
};

/// One value of each range in a group; nullopt: its condition does not hold, and the workflow's own value stands.
using Draw = std::vector<std::optional<Value>>;

/// The fewest values that break a rule together.
struct Broken {
  std::vector<std::pair<std::string, Value>> values;  ///< by path
  std::string path;                                   ///< the one to change
};
using BySentence = std::map<std::string, Broken>;

std::vector<Choices> choices_of(const Value::Map& space) {
  std::vector<Choices> out;
  for (const auto& [path, range] : space) {
    const Value *values = range.find("choices"), *when = range.find("when");
    const std::size_t dot = path.rfind('.');
    const TableRule* rule = dot == std::string::npos ? nullptr : find_table_rule(path.substr(0, dot));
    if (!values || !rule || rule->many) continue;
    out.push_back({path, path.substr(0, dot), path.substr(dot + 1), &values->as_list(), when ? &when->as_map() : nullptr});
  }
  return out;
}

/// Whether a condition, one value or a list of them, admits the value.
bool admits(const Value& condition, const Value& value) {
  const auto same = [&](const Value& one) { return is_same_value(one, value); };
  return condition.is_list() ? std::ranges::any_of(condition.as_list(), same) : same(condition);
}

bool can_meet(const Value& a, const Value& b) {
  return a.is_list() ? std::ranges::any_of(a.as_list(), [&](const Value& one) { return admits(b, one); }) : admits(b, a);
}

/// The paths whose values one rule compares, of each rule that may come into play.
std::vector<Paths> groups_of(const Registry& registry, const TrainingTables& tables, const std::vector<Choices>& all) {
  std::vector<Paths> out{{"model.type", "loss.type"}};  // what a model gives, and what a loss needs
  const auto add = [&](const TableRule& table, const std::string& type) {
    const ComponentInfo* info = registry.find(table.kind, type);
    for (const OptionRule& rule : info ? info->schema.rules : std::vector<OptionRule>()) {
      if (!is_of_other_table(rule.second)) continue;
      Paths group{table.name + ".type", table.name + "." + rule.first, rule.second.substr(0, rule.second.find('.')) + ".type", rule.second};
      if (std::ranges::find(out, group) == out.end()) out.push_back(std::move(group));
    }
  };
  for (const TableRule& table : training_table_rules()) {
    for (const ComponentSpec& spec : tables.many(table.name)) add(table, spec.type);
    const auto types = std::ranges::find(all, table.name + ".type", &Choices::path);
    for (const Value& type : types == all.end() ? Value::List() : *types->values) add(table, type.is_string() ? type.as_string() : "");
  }
  return out;
}

/// The draws from one group, and what they break.
class GroupCheck {
 public:
  GroupCheck(const Registry& registry, const TrainingTables& tables, std::vector<Choices> group)
      : registry_(registry), tables_(tables), group_(std::move(group)) {}

  void add_to(BySentence& broken) {
    draw_.assign(group_.size(), std::nullopt);
    draw_from(0, broken);
  }

 private:
  void draw_from(std::size_t next, BySentence& broken) {
    if (next == group_.size()) {
      if (is_possible()) judge(broken);
      return;
    }
    if (group_[next].when) draw_from(next + 1, broken);
    for (const Value& value : *group_[next].values) {
      draw_[next] = value;
      draw_from(next + 1, broken);
    }
    draw_[next].reset();
  }

  [[nodiscard]] std::optional<std::size_t> place_of(const std::string& path) const {
    const auto found = std::ranges::find(group_, path, &Choices::path);
    return found == group_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - group_.begin()));
  }

  /// Whether the range is drawn from, as far as the other ranges of the group decide.
  [[nodiscard]] bool may_be_drawn(const Choices& range) const {
    return std::ranges::all_of(range.when ? *range.when : Value::Map(), [this](const auto& condition) {
      const auto other = place_of(condition.first);
      return !other || (draw_[*other] && admits(condition.second, *draw_[*other]));
    });
  }

  /// Whether ranges outside the group decide too.
  [[nodiscard]] bool depends_on_others(const Choices& range) const {
    return range.when && std::ranges::any_of(*range.when, [this](const auto& condition) { return !place_of(condition.first); });
  }

  [[nodiscard]] bool is_possible() const {
    for (std::size_t i = 0; i < group_.size(); ++i) {
      const bool may = may_be_drawn(group_[i]);
      if (draw_[i] ? !may : may && !depends_on_others(group_[i])) return false;
      for (std::size_t k = 0; k < i; ++k) {
        if (draw_[i] && draw_[k] && !meet(group_[i], group_[k])) return false;
      }
    }
    return true;
  }

  /// Whether no condition keeps two ranges apart.
  [[nodiscard]] static bool meet(const Choices& a, const Choices& b) {
    if (!a.when || !b.when) return true;
    return std::ranges::all_of(*a.when, [&](const auto& condition) {
      const auto other = b.when->find(condition.first);
      return other == b.when->end() || can_meet(condition.second, other->second);
    });
  }

  [[nodiscard]] TrainingTables drawn() const {
    TrainingTables out = tables_;
    for (const bool types : {true, false}) {  // another type has other options
      for (std::size_t i = 0; i < group_.size(); ++i) {
        if (!draw_[i] || (group_[i].option == "type") != types) continue;
        ComponentSpec& spec = out.one(group_[i].table);
        if (!types) {
          spec.options[group_[i].option] = *draw_[i];
        } else if (spec.type != draw_[i]->as_string()) {
          spec = {draw_[i]->as_string(), Value(Value::Map{})};
        }
      }
    }
    return out;
  }

  void judge(BySentence& broken) const {
    std::vector<std::pair<std::string, Value>> values;
    for (std::size_t i = 0; i < group_.size(); ++i) {
      if (draw_[i] && !is_own_value(group_[i], *draw_[i])) values.emplace_back(group_[i].path, *draw_[i]);
    }
    if (values.empty()) return;  // the workflow's own values, which are checked elsewhere
    for (const TableMistake& mistake : table_mistakes(registry_, drawn())) {
      const auto known = broken.find(mistake.message);
      if (known != broken.end() && known->second.values.size() <= values.size()) continue;
      const std::string path = mistake.table + "." + mistake.option;
      const bool is_drawn = std::ranges::any_of(values, [&](const auto& value) { return value.first == path; });
      broken[mistake.message] = {values, is_drawn ? path : values.back().first};
    }
  }

  [[nodiscard]] bool is_own_value(const Choices& range, const Value& value) const {
    const ComponentSpec& spec = tables_.one(range.table);
    if (range.option == "type") return value == Value(spec.type);
    const Value* own = spec.options.find(range.option);
    return own && is_same_value(*own, value);
  }

  const Registry& registry_;
  const TrainingTables& tables_;
  std::vector<Choices> group_;
  Draw draw_;
};

}  // namespace

std::vector<ChoiceMistake> choice_mistakes(const Registry& registry, const TrainingTables& tables, const Value::Map& space) {
  const std::vector<Choices> all = choices_of(space);
  BySentence broken;
  for (const Paths& paths : groups_of(registry, tables, all)) {
    std::vector<Choices> group;
    std::ranges::copy_if(all, std::back_inserter(group), [&](const Choices& range) { return paths.contains(range.path); });
    if (!group.empty()) GroupCheck(registry, tables, std::move(group)).add_to(broken);
  }
  std::vector<ChoiceMistake> out;
  for (const auto& [sentence, found] : broken) {
    std::vector<std::string> others;
    for (const auto& [path, value] : found.values) {
      if (path != found.path) others.push_back(path + " = " + to_toml(value));
    }
    out.push_back({found.path, (others.empty() ? "" : "with " + join_names(others) + ", ") + sentence});
  }
  return out;
}

}  // namespace pipeline
