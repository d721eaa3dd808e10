#include "pipeline/schema.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/edit_distance.h"
#include "base/option_value.h"
#include "base/table_rules.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string one_of(const std::vector<std::string>& words) { return "one of " + join(words); }

bool is_set(const Value& options, const Schema& schema, const std::string& name) {
  const Value* v = options.find(name);
  const OptionInfo* info = schema.find(name);
  return v && info && !is_same_value(*v, info->default_value);
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
    case OptionRule::Kind::restricts:
      if (is_of_other_table(rule.second)) return std::nullopt;  // table_mistakes() tells
      if (auto sentence = restriction_mistake(rule, all.at(rule.first), all.at(rule.second)))
        return OptionMistake{rule.second, false, std::move(*sentence)};
      return std::nullopt;
  }
  return std::nullopt;
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
