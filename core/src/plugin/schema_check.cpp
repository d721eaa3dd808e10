#include "plugin/schema_check.h"

#include <algorithm>
#include <regex>
#include <set>

#include "base/option_value.h"
#include "base/table_rules.h"
#include "pipeline/stage.h"

namespace pipeline {

namespace {

std::string default_mistake(const OptionInfo& option) {
  if (option.required || option.default_value.is_null()) return {};
  Schema alone;
  alone.options.push_back(option);
  const auto wrong = check_options(alone, Value::Map{{option.name, option.default_value}});
  return wrong.empty() ? std::string() : "its default is not allowed (" + wrong.front().message + ")";
}

std::string form_mistake(const OptionInfo& option) {
  if (!option.form) return {};
  try {
    if (has_form(option.form->example, *option.form)) return {};
  } catch (const std::regex_error& error) {
    return "the form of " + option.name + " is no regular expression: " + error.what();
  }
  return "the form of " + option.name + " does not fit its example " + to_toml(option.form->example);
}

std::string range_mistake(const OptionInfo& option) {
  if (option.minimum && option.maximum && *option.minimum > *option.maximum) return option.name + " allows no value: minimum above maximum";
  if (!option.search) return {};
  const SearchRange& range = *option.search;
  if (range.low >= range.high) return option.name + " suggests an empty search range";
  if (range.log && range.low <= 0)
    return option.name + " suggests a logarithmic search from " + to_toml(range.low) + "; it must start above 0";
  if ((option.minimum && range.low < *option.minimum) || (option.maximum && range.high > *option.maximum))
    return option.name + " suggests a search outside its range";
  return {};
}

std::string rule_text(const OptionRule& rule) { return "the rule of " + rule.first + " and " + rule.second; }

/// Rules that compare numbers read both as such.
std::string numbers_mistake(const OptionRule& rule, const Schema& schema) {
  for (const std::string& name : {rule.first, rule.second}) {
    const OptionType type = schema.find(name)->type;
    if (type != OptionType::integer && type != OptionType::number) return rule_text(rule) + " compares numbers, and " + name + " is none";
  }
  return {};
}

/// Where one of the option's values stands in a rule, it must be able to have it.
std::string rule_value_mistake(const OptionRule& rule, const OptionInfo& option, const Value& value) {
  const bool can_be = is_same_value(value, option.default_value) || !value_mistake(option, value);
  return can_be ? std::string() : rule_text(rule) + " names " + option.name + " = " + to_toml(value) + ", which it never is";
}

std::string other_table_mistake(const OptionRule& rule, const std::string& kind) {
  const std::size_t dot = rule.second.find('.');
  const TableRule* other = find_table_rule(rule.second.substr(0, dot));
  const std::string option = rule.second.substr(dot + 1);
  if (!other) return "a rule names the option " + rule.second + ", which is not there";
  if (other->many) return rule_text(rule) + " is about a list: " + other->name + " may hold several components, or none";
  if (option.empty() || is_of_other_table(option)) return rule_text(rule) + " names no option of " + other->name + ", as in loss.type";
  const bool is_checked = std::ranges::any_of(training_table_rules(), [&](const TableRule& table) { return table.kind == kind; });
  if (!is_checked) return rule_text(rule) + " would never be checked: no training table names a " + kind;
  if (option != "type") return {};
  const bool are_words = std::ranges::all_of(rule.allowed, [](const Value& type) { return type.is_string(); });
  return other->has_type() && are_words ? std::string() : rule_text(rule) + " allows what is no type of [" + other->name + "]";
}

std::string rule_mistake(const OptionRule& rule, const Schema& schema, const std::string& kind) {
  const OptionInfo *first = schema.find(rule.first), *second = schema.find(rule.second);
  const bool restricts = rule.kind == OptionRule::Kind::restricts, of_other_table = restricts && is_of_other_table(rule.second);
  if (!first) return "a rule names the option " + rule.first + ", which is not there";
  if (!second && !of_other_table) return "a rule names the option " + rule.second + ", which is not there";
  if (rule.kind == OptionRule::Kind::less_than || rule.kind == OptionRule::Kind::divisible) return numbers_mistake(rule, schema);
  if (!restricts) return {};
  if (rule.allowed.empty()) return rule_text(rule) + " allows no value";
  if (rule.why.empty()) return rule_text(rule) + " does not say why";
  if (std::string mistake = rule_value_mistake(rule, *first, rule.value); !mistake.empty()) return mistake;
  if (of_other_table) return other_table_mistake(rule, kind);
  for (const Value& allowed : rule.allowed) {
    if (std::string mistake = rule_value_mistake(rule, *second, allowed); !mistake.empty()) return mistake;
  }
  return {};
}

}  // namespace

std::string schema_mistake(const ComponentInfo& component) {
  if (component.name.empty()) return "a component has no name";
  std::set<std::string> names;
  for (const OptionInfo& option : component.schema.options) {
    if (option.name.empty()) return "an option has no name";
    if (!names.insert(option.name).second) return "the option " + option.name + " is listed twice";
    if (option.doc.empty()) return "the option " + option.name + " has no description";
    if (std::string mistake = form_mistake(option); !mistake.empty()) return mistake;
    if (std::string mistake = range_mistake(option); !mistake.empty()) return mistake;
    if (std::string mistake = default_mistake(option); !mistake.empty()) return mistake;
  }
  for (const OptionRule& rule : component.schema.rules) {
    if (std::string mistake = rule_mistake(rule, component.schema, component.kind); !mistake.empty()) return mistake;
  }
  return {};
}

}  // namespace pipeline
