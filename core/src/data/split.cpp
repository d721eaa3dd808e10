#include "data/split.h"

#include <algorithm>
#include <cmath>

#include "data/time_parser.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"

namespace pipeline {
namespace {

Error misuse(const Value& value) {
  return usage_error(
      "split = " + to_toml(value) +
      " is not understood; write three fractions [0.7, 0.15, 0.15], three counts of rows [8640, 2880, 2880], two times, the "
      "first of validation and the first of test [\"2018-01-01\", \"2018-07-01\"], or rows at the end { val = 48, test = 48 }");
}

/// floor(rows * share) for the decimal that the user wrote: 0.7 + 0.2 counts as 0.9, although its double is smaller.
std::int64_t floor_share(std::int64_t rows, double share) {
  return std::min(rows, static_cast<std::int64_t>(std::floor(static_cast<double>(rows) * share * (1 + 1e-14) + 1e-9)));
}

/// Of each word that val or test of a table names, a table with its numbers, of which one may be missing; empty if both are numbers.
std::map<std::string, Value> tails_by_word_of(const Value& split) {
  std::map<std::string, Value> out;
  for (const char* part : {"val", "test"}) {
    if (!split.at(part).is_map()) continue;
    for (const auto& [word, number] : split.at(part).as_map()) out[word][part] = number;
  }
  for (auto& [word, tails] : out) {
    for (const char* part : {"val", "test"}) {
      if (!split.at(part).is_map()) tails[part] = split.at(part);
    }
  }
  return out;
}

/// What is wrong with the numbers of val and test; empty: nothing.
std::string tails_mistake(const Value& val, const Value& test) {
  if (val.is_int() && test.is_int())
    return val.as_int() >= 0 && test.as_int() >= 0 ? "" : "split: val and test are counts of rows, none of them below 0";
  const double sum = val.as_double() + test.as_double();
  if (!(val.as_double() >= 0 && test.as_double() >= 0)) return "split: val and test are shares of the rows, none of them below 0";
  return sum < 1 ? "" : "split: val and test are shares of the rows, and leave none to train on: they add up to " + format_short(sum);
}

bool is_tail(const Value* tail) {
  if (!tail || !tail->is_map()) return tail && tail->is_number();
  return !tail->as_map().empty() && std::ranges::all_of(tail->as_map(), [](const auto& entry) { return entry.second.is_number(); });
}

}  // namespace

Split parse_split(std::string_view name) {
  for (std::size_t i = 0; i < split_names.size(); ++i) {
    if (name == split_names[i]) return static_cast<Split>(i);
  }
  throw usage_error("there is no split \"" + std::string(name) + "\"" + suggest(name, {split_names.begin(), split_names.end()}));
}

std::array<std::int64_t, 3> split_ends(const Value& split, std::span<const std::int64_t> time) {
  const auto rows_before = [&](std::int64_t t) { return std::ranges::lower_bound(time, t) - time.begin(); };
  return SplitRule::parse(split).ends(static_cast<std::int64_t>(time.size()), rows_before, "rows");
}

SplitRule SplitRule::parse(const Value& value) {
  SplitRule rule;
  if (value.is_null()) return rule;
  if (value.is_map()) {
    if (const std::string mistake = split_table_mistake(value); !mistake.empty()) throw usage_error(mistake);
    rule.kind = Kind::tails;
    rule.tails_by_word = tails_by_word_of(value);
    if (!rule.tails_by_word.empty()) return rule;
    rule.tails = {value.at("val").as_double(), value.at("test").as_double()};
    rule.tails_are_shares = !value.at("val").is_int() || !value.at("test").is_int();
    return rule;
  }
  if (!value.is_list()) throw misuse(value);
  const Value::List& list = value.as_list();
  if (list.size() == 2 && std::ranges::all_of(list, &Value::is_string)) {
    rule.kind = Kind::times;
    std::ranges::transform(list, rule.times.begin(), [](const Value& v) { return parse_time(v.as_string()); });
    if (rule.times[0] >= rule.times[1]) throw usage_error("split: the first time of test must come after the first of validation");
    return rule;
  }
  if (list.size() != 3 || !std::ranges::all_of(list, &Value::is_number)) throw misuse(value);
  std::ranges::transform(list, rule.fractions.begin(), &Value::as_double);
  if (std::ranges::any_of(rule.fractions, [](double f) { return !(f >= 0); })) throw misuse(value);
  const double sum = rule.fractions[0] + rule.fractions[1] + rule.fractions[2];
  if (sum > 1 && std::ranges::all_of(list, &Value::is_int)) {
    rule.kind = Kind::counts;
    std::ranges::transform(list, rule.counts.begin(), &Value::as_int);
    return rule;
  }
  if (sum > 1 + 1e-9) {
    throw usage_error("split: the fractions " + to_toml(value) + " add up to " + format_short(sum) + ", which is more than 1");
  }
  return rule;
}

std::array<std::int64_t, 3> SplitRule::ends(std::int64_t rows, const std::function<std::int64_t(std::int64_t)>& rows_before,
                                            const std::string& what) const {
  std::array<std::int64_t, 3> out{};
  if (kind == Kind::tails) {
    if (!tails_by_word.empty())
      throw usage_error("split has numbers by the words of a frequency_column, and there is none: write { val = 48, test = 48 }");
    if (const auto tail = tail_ends(rows)) return *tail;
    throw data_error("split = { val = " + format_number(tails[0]) + ", test = " + format_number(tails[1]) + " } leaves none of the " +
                     format_count(rows) + " " + what + " to train on, or none for a split; change split, or bring more data");
  }
  if (kind == Kind::times) {
    out = {rows_before(times[0]), rows_before(times[1]), rows};
  } else if (kind == Kind::counts) {
    out = {counts[0], counts[0] + counts[1], counts[0] + counts[1] + counts[2]};
    if (out[2] > rows) {
      throw data_error("split asks for " + format_count(out[2]) + " " + what + " where there are " + format_count(rows) +
                       "; write smaller counts, or fractions");
    }
  } else {
    const double two = fractions[0] + fractions[1], three = two + fractions[2];
    out = {floor_share(rows, fractions[0]), floor_share(rows, two), three > 1 - 1e-9 ? rows : floor_share(rows, three)};
  }
  for (std::size_t i = 0; i < 3; ++i) {
    if (out[i] > (i == 0 ? 0 : out[i - 1])) continue;
    throw data_error(std::string("the ") + split_names[i] + " split is empty: split leaves it none of the " + format_count(rows) + " " +
                     what + "; change split, or bring more data");
  }
  return out;
}

std::optional<std::array<std::int64_t, 3>> SplitRule::tail_ends(std::int64_t rows) const {
  std::array<std::int64_t, 2> tail{};
  for (std::size_t i = 0; i < 2; ++i) {
    const bool many = !tails_are_shares && tails[i] >= static_cast<double>(rows);
    if (many) return std::nullopt;
    tail[i] = tails_are_shares ? floor_share(rows, tails[i]) : static_cast<std::int64_t>(tails[i]);
    if (tail[i] == 0 && tails[i] > 0) return std::nullopt;
  }
  const std::int64_t training = rows - tail[0] - tail[1];
  if (training < 1) return std::nullopt;
  return std::array{training, training + tail[0], rows};
}

SplitRule SplitRule::of_word(const std::string& word) const { return tails_by_word.empty() ? *this : parse(tails_by_word.at(word)); }

bool SplitRule::leaves_out(Split split) const {
  if (kind != Kind::tails || split == Split::train) return false;
  const char* const part = split_names[static_cast<std::size_t>(split)];
  if (!tails_by_word.empty())
    return std::ranges::all_of(tails_by_word, [&](const auto& entry) { return entry.second.at(part).as_double() == 0; });
  return tails[static_cast<std::size_t>(split) - 1] == 0;
}

std::string split_table_mistake(const Value& split) {
  const Value *val = split.find("val"), *test = split.find("test");
  if (!is_tail(val) || !is_tail(test) || split.as_map().size() != 2)
    return "split takes val and test alone here: { val = 48, test = 48 } rows at the end of each series, or { val = 0.1, test = 0.1 } "
           "shares of it; either may be a table by the words of frequency_column, such as test = { yearly = 6, monthly = 18 }; got " +
           to_toml(split);
  if (val->is_number() && test->is_number()) return tails_mistake(*val, *test);
  for (const auto& [word, tails] : tails_by_word_of(split)) {
    for (const char* part : {"val", "test"}) {
      if (!tails.find(part))
        return std::string("split: ") + part + " has no number for \"" + word + "\", which the other part has: add " + word + " = ...";
    }
    if (std::string mistake = tails_mistake(tails.at("val"), tails.at("test")); !mistake.empty()) return mistake + " (" + word + ")";
  }
  return {};
}

std::string no_window_sentence(std::string_view split, const std::string& rows, std::int64_t window, std::int64_t horizon) {
  return "no window fits into the " + std::string(split) + " split: it has " + rows + " where window = " + std::to_string(window) +
         " and horizon = " + std::to_string(horizon) + " need " + format_count(window + horizon) + " in a row, " + std::to_string(horizon) +
         " of them in the split; write a smaller window or horizon, or change split";
}

}  // namespace pipeline
