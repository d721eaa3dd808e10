#include "pipeline/schema.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

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

bool has_type(const OptionInfo& option, const Value& v) {
  if (option.type == OptionType::any) {
    const bool fits = option.whole ? v.is_int() : v.is_number();
    return !option.numeric || fits || v.is_null() || (v.is_string() && !option.choices.empty());
  }
  if (is_listed(option.type) && v.is_list()) {
    return std::ranges::all_of(v.as_list(), [&](const Value& e) { return is_element(option.type, e); });
  }
  return is_element(option.type, v);
}

bool in_range(const OptionInfo& option, double number) {
  if (std::isnan(number)) return !option.minimum && !option.maximum;
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

std::string one_of(const std::vector<std::string>& words) { return "one of " + join(words); }

std::string range_text(const OptionInfo& option) {
  std::string text;
  if (option.minimum) text += (option.minimum_excluded ? " above " : " of at least ") + short_number(*option.minimum);
  if (option.maximum) {
    text += std::string(text.empty() ? "" : " and") + (option.maximum_excluded ? " below " : " at most ") + short_number(*option.maximum);
  }
  return text;
}

/// Whether a path leads out of the folder that it is relative to.
bool leads_out(const std::string& path) {
  const std::filesystem::path parts(path);
  return parts.is_absolute() || std::ranges::find(parts, "..") != parts.end();
}

std::optional<std::string> value_mistake(const OptionInfo& option, const Value& given) {
  const auto wrong = [&](const Value& v) { return option.name + " takes " + describe_range(option) + ", got " + to_toml(v); };
  if (!has_type(option, given)) {
    return option.name + " takes " + describe_range(option) + ", got " + type_name(given) +
           (given.is_map() || given.is_list() ? "" : " (" + to_toml(given) + ")");
  }
  const auto check_one = [&](const Value& v) -> std::optional<std::string> {
    if (v.is_number() && !in_range(option, v.as_double())) return wrong(v);
    if (const std::string size = v.is_number() ? absurd_size(option, v) : ""; !size.empty())
      return option.name + " takes " + type_label(option) + size + ", got " + to_toml(v);
    if (option.role == OptionRole::file_name && v.is_string() && leads_out(v.as_string()))
      return option.name + " leads out of its folder, got " + to_toml(v) + ": write a name without .. and without / at its beginning";
    const bool takes_words_only = !option.choices.empty() && option.role != OptionRole::input_path;
    if (v.is_string() && takes_words_only && std::ranges::find(option.choices, v.as_string()) == option.choices.end()) {
      return wrong(v) + did_you_mean(v.as_string(), option.choices);
    }
    return std::nullopt;
  };
  if (!given.is_list()) return check_one(given);
  for (const Value& v : given.as_list()) {
    if (auto mistake = check_one(v)) return mistake;
  }
  return std::nullopt;
}

bool is_set(const Value& options, const Schema& schema, const std::string& name) {
  const Value* v = options.find(name);
  const OptionInfo* info = schema.find(name);
  return v && info && !(*v == info->default_value);
}

std::optional<OptionMistake> rule_mistake(const OptionRule& rule, const Schema& schema, const Value& all) {
  const bool first = is_set(all, schema, rule.first), second = is_set(all, schema, rule.second);
  const auto number = [&](const std::string& name) { return all.at(name).as_double(); };
  const auto say = [&](const std::string& text) { return OptionMistake{rule.first, false, text}; };
  switch (rule.kind) {
    case OptionRule::Kind::less_than:
      if (number(rule.first) < number(rule.second)) return std::nullopt;
      return say(rule.first + " (" + to_toml(all.at(rule.first)) + ") must be below " + rule.second + " (" + to_toml(all.at(rule.second)) +
                 ")");
    case OptionRule::Kind::requires_other:
      if (!first || second) return std::nullopt;
      return say(rule.first + " needs " + rule.second + " too");
    case OptionRule::Kind::excludes:
      if (!(first && second)) return std::nullopt;
      return say(rule.first + " and " + rule.second + " exclude each other: leave one out");
    case OptionRule::Kind::divisible:
      if (std::fmod(number(rule.first), number(rule.second)) == 0) return std::nullopt;
      return say(rule.first + " (" + to_toml(all.at(rule.first)) + ") must be a multiple of " + rule.second + " (" +
                 to_toml(all.at(rule.second)) + ")");
  }
  return std::nullopt;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const bool same = std::tolower(static_cast<unsigned char>(a[i])) == std::tolower(static_cast<unsigned char>(b[j]));
      const std::size_t replaced = diagonal + (same ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// The name closest in length that contains the word or begins it; empty for a word of one letter, which too many contain.
std::string kindred_name(std::string_view word, const std::vector<std::string>& names) {
  std::string best;
  if (word.size() < 2) return best;
  const std::string wanted = lower(word);
  const auto difference = [&](const std::string& name) { return std::max(name.size(), word.size()) - std::min(name.size(), word.size()); };
  for (const std::string& name : names) {
    const std::string known = lower(name);
    const bool kindred = !name.empty() && (known.find(wanted) != std::string::npos || wanted.starts_with(known));
    if (kindred && (best.empty() || difference(name) < difference(best))) best = name;
  }
  return best;
}

}  // namespace

const OptionInfo* Schema::find(std::string_view name) const {
  const auto found = std::ranges::find(options, name, &OptionInfo::name);
  return found == options.end() ? nullptr : &*found;
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> all;
  for (const OptionInfo& option : options) all.push_back(option.name);
  return all;
}

Value Schema::with_defaults(const Value& given) const {
  Value all{Value::Map{}};
  for (const OptionInfo& option : options) {
    const Value* v = given.find(option.name);
    all[option.name] = v ? *v : option.default_value;
  }
  return all;
}

Value Schema::without_outputs(Value given) const {
  for (const OptionInfo& option : options) {
    if (option.role == OptionRole::output_folder || option.role == OptionRole::extra_output) given[option.name] = option.default_value;
  }
  return given;
}

std::string type_label(const OptionInfo& option) {
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
      return "integers";
    case OptionType::numbers:
      return "numbers";
    case OptionType::strings:
      return "strings";
    case OptionType::any:
      if (option.role == OptionRole::search_space) return "a table of ranges, as { \"model.hidden_size\" = { low = 32, high = 128 } }";
      return option.whole ? "an integer" : option.numeric ? "an integer or a float" : "a value";
  }
  return {};
}

std::string describe_range(const OptionInfo& option) {
  if (option.choices.empty()) return type_label(option) + range_text(option);
  if (option.numeric) return type_label(option) + range_text(option) + ", or " + join(option.choices, ", or ");
  if (option.role == OptionRole::input_path) return join(option.choices) + ", or a file";
  return one_of(option.choices);
}

std::vector<OptionMistake> check_options(const Schema& schema, const Value& given) {
  if (!given.is_map()) return {{"", false, "expected a table of options, got " + type_name(given)}};
  std::vector<OptionMistake> mistakes;
  for (const auto& [key, value] : given.as_map()) {
    const OptionInfo* option = schema.find(key);
    if (!option) {
      mistakes.push_back({key, true, "unknown option " + in_quotes(key) + suggest(key, schema.names())});
    } else if (auto wrong = value_mistake(*option, value)) {
      mistakes.push_back({key, false, *wrong});
    }
  }
  for (const OptionInfo& option : schema.options) {
    if (option.required && !given.find(option.name))
      mistakes.push_back({"", false, option.name + " is missing: it takes " + describe_range(option)});
  }
  if (!mistakes.empty()) return mistakes;
  const Value all = schema.with_defaults(given);
  for (const OptionRule& rule : schema.rules) {
    if (auto wrong = rule_mistake(rule, schema, all)) mistakes.push_back(*wrong);
  }
  return mistakes;
}

std::string nearest_name(std::string_view word, const std::vector<std::string>& names) {
  std::string best;
  if (word.empty()) return best;
  std::size_t least = std::max<std::size_t>(1, (word.size() + 1) / 3) + 1;
  for (const std::string& name : names) {
    const std::size_t distance = edit_distance(word, name);
    if (distance < least) least = distance, best = name;
  }
  if (!best.empty()) return best;
  const auto swapped = std::ranges::find_if(names, [&](const std::string& name) { return std::ranges::is_permutation(word, name); });
  return swapped != names.end() ? *swapped : kindred_name(word, names);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
  const std::string near = nearest_name(word, names);
  return near.empty() ? "" : "; did you mean " + in_quotes(near) + "?";
}

std::string suggest(std::string_view word, const std::vector<std::string>& names) {
  constexpr std::size_t few = 12;
  const std::string meant = did_you_mean(word, names);
  if (!meant.empty() || names.empty() || names.size() > few) return meant;
  return (names.size() == 1 ? "; there is only " : "; there are ") + join_names(names);
}

std::size_t index_of_word(std::string_view name, std::string_view word, const std::vector<std::string>& words) {
  const auto found = std::ranges::find(words, word);
  if (found == words.end())
    throw usage_error(std::string(name) + " takes " + one_of(words) + ", got " + to_toml(std::string(word)) + did_you_mean(word, words));
  return static_cast<std::size_t>(found - words.begin());
}

}  // namespace pipeline
