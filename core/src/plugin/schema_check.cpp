#include "plugin/schema_check.h"

#include <regex>
#include <set>

#include "base/option_value.h"
#include "base/table_rules.h"

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
    for (const std::string& name : {rule.first, rule.second}) {
      const bool of_other_table =
          rule.kind == OptionRule::Kind::restricts && is_of_other_table(name) && find_table_rule(name.substr(0, name.find('.')));
      if (!names.contains(name) && !of_other_table) return "a rule names the option " + name + ", which is not there";
    }
  }
  return {};
}

}  // namespace pipeline
