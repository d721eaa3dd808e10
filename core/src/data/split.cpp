#include "data/split.h"

#include <algorithm>
#include <cmath>

#include "data/time_parser.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
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

/// The parts of a table that it may name; calibration may be missing.
constexpr std::array<const char*, 3> tail_names{"val", "test", "calibration"};

/// The parts that a table names.
std::vector<std::string> parts_of(const Value& split) {
  std::vector<std::string> out;
  for (const char* part : tail_names) {
    if (split.find(part)) out.emplace_back(part);
  }
  return out;
}

/// Of each word that a part of the table names, a table with its numbers, of which some may be missing; empty if all parts are numbers.
std::map<std::string, Value> tails_by_word_of(const Value& split) {
  std::map<std::string, Value> out;
  const std::vector<std::string> parts = parts_of(split);
  for (const std::string& part : parts) {
    if (!split.at(part).is_map()) continue;
    for (const auto& [word, number] : split.at(part).as_map()) out[word][part] = number;
  }
  for (auto& [word, tails] : out) {
    for (const std::string& part : parts) {
      if (!split.at(part).is_map()) tails[part] = split.at(part);
    }
  }
  return out;
}

/// What is wrong with the numbers of a table; empty: nothing.
std::string tails_mistake(const Value& tails) {
  const std::vector<std::string> parts = parts_of(tails);
  const auto is_count = [&](const std::string& part) { return tails.at(part).is_int(); };
  const bool are_counts = std::ranges::all_of(parts, is_count);
  double sum = 0;
  for (const std::string& part : parts) {
    const double number = tails.at(part).as_double();
    sum += number;
    if (!(number >= 0))
      return "split: " + join_names(parts) + " are " + (are_counts ? "counts of rows" : "shares of the rows") + ", none of them below 0";
  }
  if (are_counts || sum < 1) return {};
  return "split: " + join_names(parts) + " are shares of the rows, and leave none to train on: they add up to " + format_short(sum);
}

bool is_tail(const Value& tail) {
  if (!tail.is_map()) return tail.is_number();
  return !tail.as_map().empty() && std::ranges::all_of(tail.as_map(), [](const auto& entry) { return entry.second.is_number(); });
}

double number_of(const Value& tails, const char* part) {
  const Value* number = tails.find(part);
  return number ? number->as_double() : 0;
}

/// "{ val = 48, test = 48 }"
std::string tails_text(const SplitRule& rule) {
  const std::string calibration = rule.tails[1] > 0 ? ", calibration = " + format_number(rule.tails[1]) : "";
  return "{ val = " + format_number(rule.tails[0]) + ", test = " + format_number(rule.tails[2]) + calibration + " }";
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
  const SplitRule rule = SplitRule::parse(split);
  if (!rule.leaves_out(Split::calibration))
    throw usage_error("split asks for calibration, which series of the stage preprocess alone have: leave calibration out");
  const SplitEnd ends = rule.ends(static_cast<std::int64_t>(time.size()), rows_before, "rows");
  return {ends[0], ends[1], ends[3]};
}

SplitRule SplitRule::parse(const Value& value) {
  SplitRule rule;
  if (value.is_null()) return rule;
  if (value.is_map()) {
    if (const std::string mistake = split_table_mistake(value); !mistake.empty()) throw usage_error(mistake);
    rule.kind = Kind::tails;
    rule.tails_by_word = tails_by_word_of(value);
    if (!rule.tails_by_word.empty()) return rule;
    rule.tails = {value.at("val").as_double(), number_of(value, "calibration"), value.at("test").as_double()};
    rule.tails_are_shares = std::ranges::any_of(value.as_map(), [](const auto& entry) { return !entry.second.is_int(); });
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

SplitEnd SplitRule::ends(std::int64_t rows, const std::function<std::int64_t(std::int64_t)>& rows_before, const std::string& what) const {
  SplitEnd out{};
  if (kind == Kind::tails) {
    if (!tails_by_word.empty())
      throw usage_error("split has numbers by the words of a frequency_column, and there is none: write { val = 48, test = 48 }");
    if (const auto tail = tail_ends(rows)) return *tail;
    throw data_error("split = " + tails_text(*this) + " leaves none of the " + format_count(rows) + " " + what +
                     " to train on, or none for a split; change split, or bring more data");
  }
  if (kind == Kind::times) {
    const std::int64_t test = rows_before(times[1]);
    out = {rows_before(times[0]), test, test, rows};
  } else if (kind == Kind::counts) {
    const std::int64_t two = counts[0] + counts[1];
    out = {counts[0], two, two, two + counts[2]};
    if (out.back() > rows) {
      throw data_error("split asks for " + format_count(out.back()) + " " + what + " where there are " + format_count(rows) +
                       "; write smaller counts, or fractions");
    }
  } else {
    const double two = fractions[0] + fractions[1], three = two + fractions[2];
    const std::int64_t test = floor_share(rows, two);
    out = {floor_share(rows, fractions[0]), test, test, three > 1 - 1e-9 ? rows : floor_share(rows, three)};
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] > (i == 0 ? 0 : out[i - 1]) || splits_in_time[i] == Split::calibration) continue;
    throw data_error("the " + std::string(name_of(splits_in_time[i])) + " split is empty: split leaves it none of the " +
                     format_count(rows) + " " + what + "; change split, or bring more data");
  }
  return out;
}

std::optional<SplitEnd> SplitRule::tail_ends(std::int64_t rows) const {
  std::array<std::int64_t, 3> tail{};
  std::int64_t training = rows;
  for (std::size_t i = 0; i < tails.size(); ++i) {
    const bool many = !tails_are_shares && tails[i] >= static_cast<double>(rows);
    if (many) return std::nullopt;
    tail[i] = tails_are_shares ? floor_share(rows, tails[i]) : static_cast<std::int64_t>(tails[i]);
    if (tail[i] == 0 && tails[i] > 0) return std::nullopt;
    training -= tail[i];
  }
  if (training < 1) return std::nullopt;
  return SplitEnd{training, training + tail[0], training + tail[0] + tail[1], rows};
}

SplitRule SplitRule::of_word(const std::string& word) const { return tails_by_word.empty() ? *this : parse(tails_by_word.at(word)); }

bool SplitRule::leaves_out(Split split) const {
  if (kind != Kind::tails) return split == Split::calibration;
  if (split == Split::train) return false;
  if (!tails_by_word.empty())
    return std::ranges::all_of(tails_by_word, [&](const auto& entry) { return number_of(entry.second, name_of(split)) == 0; });
  const std::ptrdiff_t place = std::ranges::find(splits_in_time, split) - splits_in_time.begin();
  return tails[static_cast<std::size_t>(place) - 1] == 0;
}

std::string split_table_mistake(const Value& split) {
  const std::vector<std::string> parts = parts_of(split);
  const auto is_right = [&](const std::string& part) { return is_tail(split.at(part)); };
  const bool named = split.find("val") && split.find("test") && parts.size() == split.as_map().size();
  if (!named || !std::ranges::all_of(parts, is_right))
    return "split takes val and test here: { val = 48, test = 48 } rows at the end of each series, or { val = 0.1, test = 0.1 } shares of "
           "it, and also calibration, for rows between them on which intervals are calibrated; each may be a table by the words of "
           "frequency_column, such as test = { yearly = 6, monthly = 18 }; got " +
           to_toml(split);
  const std::map<std::string, Value> by_word = tails_by_word_of(split);
  if (by_word.empty()) return tails_mistake(split);
  for (const auto& [word, tails] : by_word) {
    for (const std::string& part : parts) {
      if (!tails.find(part))
        return "split: " + part + " has no number for \"" + word + "\", which " + (parts.size() == 2 ? "the other" : "another") +
               " part has: add " + word + " = ...";
    }
    if (std::string mistake = tails_mistake(tails); !mistake.empty()) return mistake + " (" + word + ")";
  }
  return {};
}

std::string min_observed_mistake(std::int64_t min_observed, std::int64_t window) {
  return "min_observed = " + std::to_string(min_observed) + " is more than the " + std::to_string(window) +
         " rows of a window: write at most window";
}

std::string no_window_sentence(std::string_view split, const std::string& rows, const RowsBefore& before, std::int64_t horizon) {
  return "no window fits into the " + std::string(split) + " split: it has " + rows + " where " + before.option + " = " +
         std::to_string(before.rows) + " and horizon = " + std::to_string(horizon) + " need " + format_count(before.rows + horizon) +
         " in a row, " + std::to_string(horizon) + " of them in the split; write a smaller " + before.option +
         " or horizon, or change split";
}

}  // namespace pipeline
