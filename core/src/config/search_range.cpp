#include "config/search_range.h"

#include <algorithm>
#include <cmath>

#include "pipeline/errors.h"
#include "pipeline/search/search_space.h"

namespace pipeline {

namespace {

const std::vector<std::string> words{"low", "high", "step", "log", "choices", "name", "when"};

class RangeChecker {
 public:
  RangeChecker(CheckContext& context, const SearchedOption& searched, const Node& node)
      : context_(context), searched_(searched), option_(searched.option), node_(node) {}

  std::optional<Value> check() {
    const std::size_t before = context_.mistakes.size();
    if (node_.is_list()) {
      take_choices(node_);
    } else if (!node_.is_table()) {
      report(node_.place, "takes { low = ..., high = ... } or { choices = [...] }, got " + type_name(node_.to_value()));
    } else {
      check_words();
      take_extras();
      if (const Node* choices = node_.find("choices")) {
        take_choices(*choices);
      } else {
        take_bounds();
      }
    }
    if (context_.mistakes.size() == before) try_out();
    return context_.mistakes.size() == before ? std::optional(Value(range_)) : std::nullopt;
  }

 private:
  void report(const Place& place, const std::string& what) { context_.mistake(place, "search: " + searched_.path + " " + what); }

  void check_words() {
    for (const auto& [word, member] : node_.table()) {
      if (std::ranges::find(words, word) == words.end()) report(member.key, "takes no " + in_quotes(word) + suggest(word, words));
    }
    const Node* choices = node_.find("choices");
    for (const char* bound : {"low", "high", "step", "log"}) {
      const Node* member = node_.find(bound);
      if (choices && member) report(member->key, std::string("has choices: leave ") + bound + " out");
    }
  }

  void take_extras() {
    if (const Node* name = node_.find("name")) {
      if (name->is_string() && !name->text().empty()) {
        range_["name"] = name->text();
      } else {
        report(name->place, "takes a text as its name in the study");
      }
    }
    if (const Node* when = node_.find("when")) {
      if (when->is_table()) {
        range_["when"] = when->to_value();
      } else {
        report(when->place, "takes a condition as when = { \"model.type\" = \"CNNModel\" }");
      }
    }
  }

  void take_choices(const Node& list) {
    if (list.is_list() && list.list().empty()) return report(list.place, "has no choice to try: give at least one");
    if (!list.is_list()) return report(list.place, "takes its choices as a list: choices = [\"a\", \"b\"]");
    Value::List choices;
    for (const Node& choice : list.list()) {
      const Value value = as_option_takes(choice.to_value());
      if (std::ranges::find(choices, value) != choices.end()) report(choice.place, "has the choice " + to_toml(value) + " twice");
      check_value(choice.place, value);
      choices.push_back(value);
    }
    range_["choices"] = std::move(choices);
  }

  void take_bounds() {
    const Node* low = node_.find("low");
    const Node* high = node_.find("high");
    if (!low && !high && take_own_choices()) return;
    if (option_.type != OptionType::integer && option_.type != OptionType::number && !option_.numeric)
      return report(node_.key, "is no number: give choices = [...]");
    if ((!low || !high) && !option_.search)
      return report(node_.key, "has no range of its own: give low and high" + std::string(low || high ? ", both" : ""));
    const bool own_range = !low && !high;
    take_bound("low", low, own_range || option_.search ? option_.search->low : 0);
    take_bound("high", high, own_range || option_.search ? option_.search->high : 0);
    const Node* step = node_.find("step");
    if (step) {
      take_bound("step", step, 0);
    } else if (own_range && option_.search->step > 0) {
      range_["step"] = number(option_.search->step);
    }
    if (const Node* log = node_.find("log")) {
      const Value value = log->to_value();
      if (!value.is_bool()) return report(log->place, "takes log = true or false, got " + to_toml(value));
      range_["log"] = value;
    } else if (own_range && option_.search->log) {
      range_["log"] = true;
    }
    unify_numbers();
  }

  /// A switch or an option with choices is searched over all its values.
  bool take_own_choices() {
    Value::List choices(option_.choices.begin(), option_.choices.end());
    if (option_.type == OptionType::boolean) choices = {false, true};
    if (choices.empty() || option_.name == "type") return false;
    range_["choices"] = std::move(choices);
    return true;
  }

  void take_bound(const char* word, const Node* given, double otherwise) {
    if (!given) {
      range_[word] = number(otherwise);
      return;
    }
    const Value value = as_option_takes(given->to_value());
    const bool fits = option_.type == OptionType::integer ? value.is_int() : value.is_number();
    if (!fits) {
      report(given->place, std::string("takes ") + (option_.type == OptionType::integer ? "an integer" : "a number") + " as " + word +
                               ", got " + to_toml(value));
      return;
    }
    if (std::string_view(word) != "step") check_value(given->place, value);
    range_[word] = value;
  }

  /// An option that takes integers and floats is searched over integers if all given numbers are integers.
  void unify_numbers() {
    if (option_.type == OptionType::integer) return;
    const auto is_int = [&](const char* word) { return !range_.contains(word) || range_[word].is_int(); };
    if (option_.numeric && is_int("low") && is_int("high") && is_int("step")) return;
    for (const char* word : {"low", "high", "step"}) {
      if (range_.contains(word) && range_[word].is_number()) range_[word] = range_[word].as_double();
    }
  }

  [[nodiscard]] Value number(double value) const {
    return option_.type == OptionType::integer ? Value(static_cast<std::int64_t>(std::llround(value))) : Value(value);
  }

  /// The value in the type of the option: a float option may be given an integer.
  [[nodiscard]] Value as_option_takes(Value value) const {
    return option_.type == OptionType::number && value.is_int() ? Value(value.as_double()) : value;
  }

  /// Checks a value against the schemas that may contain the option.
  void check_value(const Place& place, const Value& value) {
    if (searched_.owners.empty()) {  // a type
      const bool known = value.is_string() && std::ranges::find(option_.choices, value.as_string()) != option_.choices.end();
      if (!known) report(place, "has no " + to_toml(value) + (value.is_string() ? suggest(value.as_string(), option_.choices) : ""));
      return;
    }
    const auto is_searched = [this](const std::string& name) {
      return std::ranges::find(searched_.others, name) != searched_.others.end();
    };
    Value beside = searched_.beside;
    beside[option_.name] = value;
    for (const Schema* owner : searched_.owners) {
      Schema known = *owner;
      std::erase_if(known.rules, [&](const OptionRule& rule) { return is_searched(rule.first) || is_searched(rule.second); });
      for (const OptionMistake& mistake : check_options(known, beside)) {
        if (mistake.option == option_.name) return context_.mistake(place, "search: " + searched_.path + ": " + mistake.message);
      }
    }
  }

  /// Reports bounds in the wrong order, a logarithm of zero and the like.
  void try_out() {
    Value::Map alone = range_;
    alone.erase("when");
    try {
      static_cast<void>(SearchSpace::from_value(Value::Map{{searched_.path, alone}}));
    } catch (const Error& error) {
      report(node_.key, std::string("has no such range: ") + error.what());
    }
  }

  CheckContext& context_;
  const SearchedOption& searched_;
  const OptionInfo& option_;
  const Node& node_;
  Value::Map range_;
};

}  // namespace

std::optional<Value> check_range(CheckContext& context, const SearchedOption& searched, const Node& node) {
  return RangeChecker(context, searched, node).check();
}

}  // namespace pipeline
