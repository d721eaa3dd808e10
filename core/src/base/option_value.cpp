#include "base/option_value.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <regex>

#include "pipeline/data/format.h"
#include "pipeline/data/text.h"

namespace pipeline {

namespace {

constexpr std::size_t longest_form = 1024;

std::string short_number(double number) {
  return number == std::floor(number) && std::abs(number) < 1e15 ? std::to_string(static_cast<std::int64_t>(number))
                                                                 : format_number(number);
}

bool is_element(OptionType type, const Value& v) {
  switch (type) {
    case OptionType::boolean:
      return v.is_bool();
    case OptionType::integer:
    case OptionType::integers:
      return v.is_int();
    case OptionType::number:
    case OptionType::numbers:
      return v.is_number();
    case OptionType::string:
    case OptionType::strings:
      return v.is_string();
    case OptionType::any:
      return true;
  }
  return false;
}

bool is_listed(OptionType type) { return type == OptionType::integers || type == OptionType::numbers || type == OptionType::strings; }

bool has_any_type(const OptionInfo& option, const Value& v) {
  if (option.by_name && v.is_map())
    return !option.whole ||
           (!v.as_map().empty() && std::ranges::all_of(v.as_map(), [](const auto& entry) { return entry.second.is_int(); }));
  if (option.by_name && !option.whole) return false;
  if (!option.numeric && !option.flag) return true;
  const bool is_number = option.numeric && (option.whole ? v.is_int() : v.is_number());
  return is_number || (option.flag && v.is_bool()) || v.is_null() || (v.is_string() && !option.choices.empty());
}

bool has_type(const OptionInfo& option, const Value& v) {
  if (option.type == OptionType::any) return has_any_type(option, v);
  if (is_listed(option.type) && v.is_list()) {
    return std::ranges::all_of(v.as_list(), [&](const Value& e) { return is_element(option.type, e); });
  }
  return is_element(option.type, v);
}

bool in_range(const OptionInfo& option, const Value& v) {
  const double number = v.as_double();
  if (std::isnan(number)) return !option.minimum && !option.maximum;
  if (option.share && v.is_double() && number > 1) return false;
  if (option.minimum && (option.minimum_excluded ? number <= *option.minimum : number < *option.minimum)) return false;
  return !(option.maximum && (option.maximum_excluded ? number >= *option.maximum : number > *option.maximum));
}

// The bounds of options that set none: sums and products of two such sizes do not overflow, and float32 holds such a number and its
// quotient by a small one. Infinity is no slip of the keyboard.
constexpr std::int64_t most_whole = 1'000'000'000;
constexpr double most_real = 1e30;

/// What is wrong with a number of absurd size; empty if nothing is.
std::string absurd_size(const OptionInfo& option, const Value& number) {
  const bool checked = option.type != OptionType::any || option.numeric;
  if (!checked || option.maximum) return "";
  if (number.is_int() && option.type != OptionType::number && option.type != OptionType::numbers)
    return std::abs(number.as_double()) > most_whole ? " of at most " + std::to_string(most_whole) : "";
  const double size = std::abs(number.as_double());
  return std::isfinite(size) && size > most_real ? " of at most " + format_number(most_real) : "";
}

/// Whether a path leads out of the folder that it is relative to.
bool leads_out(const std::string& path) {
  const std::filesystem::path parts(path);
  return parts.is_absolute() || std::ranges::find(parts, "..") != parts.end();
}

std::string range_text(const OptionInfo& option) {
  std::string text;
  if (option.minimum) text += (option.minimum_excluded ? " above " : " of at least ") + short_number(*option.minimum);
  if (option.maximum) {
    text += std::string(text.empty() ? "" : " and") + (option.maximum_excluded ? " below " : " at most ") + short_number(*option.maximum);
  }
  return text;
}

/// "2 numbers", "at least 1 string": the elements of a list that is neither so long nor so short.
std::string count_text(const OptionInfo& option) {
  if (option.least_items == 0 && option.most_items == 0) return {};
  if (option.least_items == option.most_items) return std::to_string(option.least_items) + " ";
  if (option.most_items == 0) return option.least_items == 1 ? "" : "at least " + std::to_string(option.least_items) + " ";
  return std::to_string(option.least_items) + " to " + std::to_string(option.most_items) + " ";
}

std::optional<std::string> element_mistake(const OptionInfo& option, const Value& v) {
  const auto wrong = [&] { return option.name + " takes " + describe_range(option) + ", got " + to_toml(v); };
  if (v.is_number() && !in_range(option, v)) return wrong();
  if (const std::string size = v.is_number() ? absurd_size(option, v) : ""; !size.empty())
    return option.name + " takes " + type_label(option) + size + ", got " + to_toml(v);
  if (!v.is_string()) return std::nullopt;
  if (option.role == OptionRole::file_name && leads_out(v.as_string()))
    return option.name + " leads out of its folder, got " + to_toml(v) + ": write a name without .. and without / at its beginning";
  const bool takes_words_only = !option.choices.empty() && option.role != OptionRole::input_path;
  if (takes_words_only && std::ranges::find(option.choices, v.as_string()) == option.choices.end())
    return wrong() + did_you_mean(v.as_string(), option.choices);
  if (option.form && v != option.default_value && !has_form(v.as_string(), *option.form)) return wrong();
  return std::nullopt;
}

std::optional<std::string> list_mistake(const OptionInfo& option, const Value::List& list) {
  if (list.empty() && option.least_items > 0) {
    const std::string count = option.least_items == 1 ? "one" : std::to_string(option.least_items);
    return option.name + " is empty: give at least " + count + (option.choices.empty() ? "" : " of " + join(option.choices));
  }
  if (list.size() < option.least_items || (option.most_items > 0 && list.size() > option.most_items))
    return option.name + " takes " + describe_range(option) + ", got " + std::to_string(list.size());
  for (const Value& v : list) {
    if (auto mistake = element_mistake(option, v)) return mistake;
  }
  return std::nullopt;
}

std::optional<std::string> table_mistake(const OptionInfo& option, const Value::Map& table) {
  for (const auto& [name, v] : table) {
    if (option.whole) {
      if (auto mistake = element_mistake(option, v)) return *mistake + " for " + to_toml(name);
      continue;
    }
    const std::string word = v.is_string() ? v.as_string() : std::string();
    if (std::ranges::find(option.choices, word) != option.choices.end()) continue;
    return option.name + " of " + to_toml(name) + " takes one of " + join(option.choices) + ", got " + to_toml(v) +
           did_you_mean(word, option.choices);
  }
  return std::nullopt;
}

/// What an option of type any takes, apart from its choices.
std::string any_label(const OptionInfo& option) {
  if (option.role == OptionRole::search_space) return "a table of ranges, as { \"model.hidden_size\" = { low = 32, high = 128 } }";
  if (option.by_name && !option.whole) return "a table of names";
  const std::string number = !option.numeric ? ""
                             : option.whole  ? (option.by_name ? "an integer or a table of integers by name" : "an integer")
                             : option.share  ? "an integer or a share (a float of at most 1)"
                                             : "an integer or a float";
  if (!option.flag) return number.empty() ? "a value" : number;
  return number.empty() ? "true or false" : "true, false or " + number;
}

}  // namespace

bool has_form(const std::string& text, const TextForm& form) {
  return text.size() <= longest_form && std::regex_match(text, std::regex(form.pattern));
}

std::optional<std::string> value_mistake(const OptionInfo& option, const Value& given) {
  if (!has_type(option, given)) {
    return option.name + " takes " + describe_range(option) + ", got " + type_name(given) +
           (given.is_map() || given.is_list() ? "" : " (" + to_toml(given) + ")");
  }
  if (option.by_name && given.is_map()) return table_mistake(option, given.as_map());
  return is_listed(option.type) ? list_mistake(option, given.is_list() ? given.as_list() : Value::List{given})
                                : element_mistake(option, given);
}

std::string type_label(const OptionInfo& option) {
  const std::string count = count_text(option);
  switch (option.type) {
    case OptionType::boolean:
      return "true or false";
    case OptionType::integer:
      return "an integer";
    case OptionType::number:
      return "a number";
    case OptionType::string:
      return "a string";
    case OptionType::integers:
      return count + "integers";
    case OptionType::numbers:
      return count + "numbers";
    case OptionType::strings:
      return count + "strings";
    case OptionType::any:
      return any_label(option);
  }
  return {};
}

std::string describe_range(const OptionInfo& option) {
  if (option.form) return option.form->words + ", such as " + to_toml(option.form->example);
  if (option.by_name && !option.whole) return "a table whose values are of " + join(option.choices);
  if (option.choices.empty()) return type_label(option) + range_text(option);
  if (option.numeric || option.flag) return type_label(option) + range_text(option) + ", or " + join(option.choices, ", or ");
  if (option.role == OptionRole::input_path) return join(option.choices) + ", or a file";
  return "one of " + join(option.choices);
}

bool is_same_value(const Value& a, const Value& b) { return a.is_number() && b.is_number() ? a.as_double() == b.as_double() : a == b; }

std::optional<std::string> restriction_mistake(const OptionRule& rule, const Value& first, const Value& second) {
  const bool is_allowed = std::ranges::any_of(rule.allowed, [&](const Value& allowed) { return is_same_value(allowed, second); });
  if (!is_same_value(first, rule.value) || is_allowed) return std::nullopt;
  const std::string words = join(
      rule.allowed, [](const Value& v) { return to_toml(v); }, " or ");
  return rule.first + " = " + to_toml(first) + " " + rule.why + ": write " + rule.second + " = " + words + " with it, not " +
         to_toml(second);
}

}  // namespace pipeline
