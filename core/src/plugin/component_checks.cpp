#include "plugin/component_checks.h"

#include "pipeline/data/text.h"
#include "plugin/schema_check.h"

namespace pipeline {

namespace {

/// A value within an option's range, for an option without a default.
Value some_value(const OptionInfo& option) {
  if (option.by_name && !option.whole) return Value::Map{};
  if (!option.choices.empty()) return option.choices.front();
  if (option.form) return option.form->example;
  const double low = option.minimum.value_or(option.maximum ? *option.maximum - 1 : 1);
  switch (option.type) {
    case OptionType::boolean:
      return true;
    case OptionType::integer:
    case OptionType::integers:
      return static_cast<std::int64_t>(low) + (option.minimum_excluded ? 1 : 0);
    case OptionType::number:
    case OptionType::numbers:
      return option.maximum ? (low + *option.maximum) / 2 : low + 1;
    case OptionType::string:
    case OptionType::strings:
      return "x";
    case OptionType::any:
      if (option.role == OptionRole::search_space) return Value::Map{};
      return option.whole ? Value(static_cast<std::int64_t>(low)) : option.numeric ? Value(low) : Value("x");
  }
  return {};
}

Value complete_options(const Schema& schema, const Value& given) {
  Value options(Value::Map{});
  for (const OptionInfo& option : schema.options) {
    const Value* value = given.find(option.name);
    options[option.name] = value ? *value : option.required ? some_value(option) : option.default_value;
  }
  return options;
}

/// "; tested with path = "x": give its value with --set NAME.path=VALUE", for the required options that are not given.
std::string guessed_values(const ComponentInfo& component, const Value& given) {
  std::vector<std::string> values, flags;
  for (const OptionInfo& option : component.schema.options) {
    if (!option.required || given.find(option.name)) continue;
    values.push_back(option.name + " = " + to_toml(some_value(option)));
    flags.push_back("--set " + component.name + "." + option.name + "=VALUE");
  }
  return values.empty() ? "" : " (tested with " + join(values) + ": for other values give " + join(flags, " ") + ")";
}

/// Empty if the schema refuses the value with a message, else a sentence about the value.
std::string accepted(const Schema& schema, const std::string& name, const Value& value) {
  const auto mistakes = check_options(schema, Value::Map{{name, value}});
  for (const OptionMistake& mistake : mistakes) {
    if (mistake.option == name && !mistake.message.empty()) return {};
  }
  return name + " = " + to_toml(value) + " is not refused";
}

/// Values that an option must not take.
std::vector<Value> bad_values(const OptionInfo& option) {
  std::vector<Value> bad;
  const bool takes_number = option.type == OptionType::integer || option.type == OptionType::number ||
                            option.type == OptionType::integers || option.type == OptionType::numbers || option.numeric;
  if (takes_number) bad.emplace_back("a word");
  if (option.whole) bad.emplace_back(1.5);
  if (option.share) bad.emplace_back(1.5);
  if (option.least_items > 0) bad.emplace_back(Value::List{});
  if (option.type == OptionType::boolean) bad.emplace_back(3);
  if (option.type == OptionType::string || option.type == OptionType::strings) bad.emplace_back(3);
  if (!option.choices.empty() && option.role != OptionRole::input_path) bad.emplace_back("no such choice");
  const bool whole = option.type == OptionType::integer || option.type == OptionType::integers || option.whole;
  const auto number = [&](double value) { bad.push_back(whole ? Value(static_cast<std::int64_t>(value)) : Value(value)); };
  if (takes_number && option.minimum) number(*option.minimum - 1);
  if (takes_number && option.maximum) number(*option.maximum + 1);
  return bad;
}

void check_schema(CheckList& list, const ComponentInfo& component, const Value& given) {
  list.add("schema", [&] { return schema_mistake(component); });
  list.add("summary", [&] { return component.summary.empty() ? std::string("it has no summary for `pipeline plugins`") : std::string(); });
  list.add("defaults", [&]() -> std::string {
    const auto mistakes = check_options(component.schema, complete_options(component.schema, given));
    return mistakes.empty() ? "" : mistakes.front().message;
  });
  list.add("bad options", [&] {
    std::string failure = accepted(component.schema, "no_such_option", 1);
    for (const OptionInfo& option : component.schema.options) {
      for (const Value& bad : bad_values(option)) {
        if (failure.empty()) failure = accepted(component.schema, option.name, bad);
      }
    }
    return failure;
  });
}

}  // namespace

ComponentReport check_component(const Registry& registry, const ComponentInfo& component, const Value& given,
                                const std::filesystem::path& folder) {
  ComponentReport report{component.kind, component.name, {}};
  CheckList list;
  check_schema(list, component, given);
  report.checks = list.take();
  if (!registry.find("component_test", component.kind)) {
    report.checks.push_back({"behaviour (not tested: there is no component_test for a " + component.kind + ")", {}});
    return report;
  }
  const auto test = registry.make<ComponentTest>(component.kind, Value{});
  for (Check& check : test->run({registry, component, complete_options(component.schema, given), folder})) {
    if (!check.failure.empty()) check.failure += guessed_values(component, given);
    report.checks.push_back(std::move(check));
  }
  return report;
}

}  // namespace pipeline
