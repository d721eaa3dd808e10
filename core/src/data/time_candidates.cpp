#include "data/time_candidates.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include "data/time_forms.h"
#include "data/time_names.h"

namespace pipeline {
namespace {

/// The columns year, month, day and finer units, if each is a column of its own, or year and week. Months may have names.
std::optional<TimeCandidate> parts_candidate(const std::vector<ColumnFacts>& columns) {
  TimeCandidate parts{{}, {""}, true};
  const auto add = [&](std::string_view name, const char* of_numbers, const char* of_words) {
    const auto found = std::ranges::find_if(columns, [&](const ColumnFacts& c) { return is_named(c.name, {name}); });
    if (found == columns.end()) return false;
    parts.columns.push_back(found->name);
    parts.forms[0] += found->numbers == 0 ? of_words : of_numbers;
    return true;
  };
  if (!add("year", "%Y", "%Y")) return std::nullopt;
  if (add("month", " %m", " %b")) {
    for (const auto& [name, form] : {std::pair("day", " %d"), std::pair("hour", " %H"), std::pair("minute", " %M")}) {
      if (!add(name, form, form)) break;
    }
    return parts;
  }
  parts.forms[0] = "%G";
  return add("week", " %V", " %V") ? std::optional(parts) : std::nullopt;
}

bool is_text(const ColumnFacts& c) { return c.words * 10 >= (c.numbers + c.words + c.missing) * 9; }

/// A date and a time of day, each in a column of its own. Dates are called by many names: those with a digit may be some.
std::vector<TimeCandidate> date_and_clock_candidates(const std::vector<ColumnFacts>& columns) {
  const auto may_be_date = [](const ColumnFacts& c) {
    return is_text(c) && std::ranges::any_of(c.word, [](unsigned char letter) { return std::isdigit(letter) != 0; });
  };
  std::vector<TimeCandidate> all;
  for (const bool named : {true, false}) {
    for (const ColumnFacts& date : columns) {
      if (is_date_name(date.name) != named || !may_be_date(date)) continue;
      for (const ColumnFacts& clock : columns) {
        const bool is_clock = is_clock_name(clock.name) && !is_date_name(clock.name) && clock.missing == 0 && clock.name != date.name;
        if (is_clock) all.push_back({{date.name, clock.name}, time_forms(), named});
      }
    }
  }
  return all;
}

/// A column of numbers that is named for the time. Counts of seconds and days only where the name means nothing else: numbers of sales by
/// the week may look like days of Excel.
std::optional<TimeCandidate> number_candidate(const ColumnFacts& column) {
  if (!is_time_name(column.name) || column.numbers * 10 < (column.numbers + column.words + column.missing) * 9) return std::nullopt;
  TimeCandidate candidate{{column.name}, time_forms(), true, true};
  const bool sure = is_sure_time_name(column.name);
  if (!sure) std::erase(candidate.forms, "");  // ISO 8601 may be seconds too
  for (const std::string& form : number_forms()) {
    if (sure || form.starts_with('%')) candidate.forms.push_back(form);
  }
  if (!is_named(column.name, {"year", "jahr", "date", "ds", "period"})) std::erase(candidate.forms, "%Y");  // 1000, 1001 may count anything
  return candidate;
}

}  // namespace

std::vector<TimeCandidate> time_candidates(const std::vector<ColumnFacts>& columns) {
  std::vector<TimeCandidate> all = date_and_clock_candidates(columns);
  if (auto parts = parts_candidate(columns)) all.insert(all.begin(), std::move(*parts));
  for (const bool named : {true, false}) {
    for (const ColumnFacts& column : columns) {
      if (named == is_time_name(column.name) && is_text(column)) all.push_back({{column.name}, time_forms(), named});
    }
  }
  for (const ColumnFacts& column : columns) {
    if (auto candidate = number_candidate(column)) all.push_back(std::move(*candidate));
  }
  return all;
}

}  // namespace pipeline
