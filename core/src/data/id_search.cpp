#include "data/id_search.h"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <unordered_map>
#include <utility>

namespace pipeline {
namespace {

constexpr std::size_t most_columns = 4, most_in_pairs = 8;

/// The rows of one series are those of one in both.
RowSeries joined(const RowSeries& one, const RowSeries& other) {
  RowSeries out{.of_row = {}, .count = 0};
  out.of_row.reserve(one.of_row.size());
  std::unordered_map<std::int64_t, std::int64_t> numbers;
  for (std::size_t row = 0; row < one.of_row.size(); ++row) {
    const auto [known, is_new] = numbers.try_emplace(one.of_row[row] * other.count + other.of_row[row], out.count);
    out.count += is_new ? 1 : 0;
    out.of_row.push_back(known->second);
  }
  return out;
}

bool is_few(std::int64_t repeats, std::int64_t rows) { return repeats * 20 <= rows; }

}  // namespace

Apartness apartness(const RowSeries& series, const FileTimes& times) {
  std::vector<std::int64_t> all = times.of_series(series.of_row);
  std::vector<std::pair<std::int64_t, std::int64_t>> rows;
  rows.reserve(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) rows.emplace_back(series.of_row[i], all[i]);
  std::ranges::sort(rows);
  Apartness apart{.series = series.count, .repeats = 0, .coverage = 1};
  apart.repeats = std::ssize(std::ranges::unique(rows));
  rows.resize(rows.size() - static_cast<std::size_t>(apart.repeats));
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  std::int64_t span = 0;
  for (std::size_t first = 0, end = 0; first < rows.size(); first = end) {
    while (end < rows.size() && rows[end].first == rows[first].first) ++end;
    span += std::ranges::upper_bound(all, rows[end - 1].second) - std::ranges::lower_bound(all, rows[first].second);
  }
  apart.coverage = span > 0 ? static_cast<double>(rows.size()) / static_cast<double>(span) : 1;
  return apart;
}

IdSearch::IdSearch(const CsvFile& file, std::vector<IdCandidate> candidates, const FileTimes& times)
    : candidates_(std::move(candidates)), times_(times) {
  for (const IdCandidate& candidate : candidates_) {
    SeriesIds ids;
    std::vector<std::int64_t> of_row = series_of_rows(file, {candidate.column}, ids);
    series_.push_back({std::move(of_row), ids.size()});
  }
  without_ = look_at({});
}

RowSeries IdSearch::together(const Set& set) const {
  if (set.empty()) return {std::vector<std::int64_t>(static_cast<std::size_t>(times_.rows())), 1};
  RowSeries out = series_[set.front()];
  for (const std::size_t other : set | std::views::drop(1)) out = joined(out, series_[other]);
  return out;
}

/// Whether few of the rows repeat a time, where many do without the columns.
bool IdSearch::has_few(const Apartness& apart) const {
  return is_few(apart.repeats, times_.rows()) && !is_few(without_.repeats, times_.rows());
}

/// Whether the series go on from time to time, as far as that is in doubt: for numbers without an id's name, which may be measurements, and
/// in files that are nearly one series. `needs_more`: a smaller choice leaves few repeats, which another column must not explain away.
bool IdSearch::may_be_id(const Set& set, const Apartness& apart, bool needs_more) const {
  if (apart.series * least_rows_of_a_series > times_.rows()) return false;
  const bool is_sure = std::ranges::all_of(set, [&](std::size_t c) { return candidates_[c].named; });
  if (needs_more) return apart.coverage >= 0.8;
  const bool has_numbers = std::ranges::any_of(set, [&](std::size_t c) { return !candidates_[c].words && !candidates_[c].named; });
  const bool in_doubt = has_numbers || (is_few(without_.repeats, times_.rows()) && !is_sure);
  return !in_doubt || apart.coverage >= 0.5;
}

/// Whether each value of one candidate goes with one value of the other.
bool IdSearch::determines(std::size_t one, std::size_t other) const {
  std::vector<std::int64_t> value(static_cast<std::size_t>(series_[one].count), -1);
  for (std::size_t row = 0; row < series_[one].of_row.size(); ++row) {
    std::int64_t& known = value[static_cast<std::size_t>(series_[one].of_row[row])];
    if (known < 0) known = series_[other].of_row[row];
    if (known != series_[other].of_row[row]) return false;
  }
  return true;
}

/// The candidates, with those last that another one determines, as a shop its city: they tell nothing more apart.
std::vector<std::size_t> IdSearch::finest_first() const {
  std::vector<std::size_t> order;
  std::vector<bool> is_static(candidates_.size());
  const auto is_better = [&](std::size_t one, std::size_t other) {  // where each determines the other
    return candidates_[one].named != candidates_[other].named ? candidates_[one].named : one < other;
  };
  for (std::size_t c = 0; c < candidates_.size(); ++c) {
    for (std::size_t by = 0; by < candidates_.size() && !is_static[c]; ++by) {
      const bool may = by != c && (candidates_[by].words || candidates_[by].named);  // a price may go with one shop by chance
      is_static[c] = may && determines(by, c) && (!determines(c, by) || is_better(by, c));
    }
    order.push_back(c);
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t c) { return is_static[c]; });
  return order;
}

/// The first of the sets that leaves no repeats. `first_few`: becomes the first that leaves few.
std::optional<IdSearch::Set> IdSearch::one_of(std::vector<Set> sets, const std::optional<Set>& with_few,
                                              std::optional<Set>& first_few) const {
  for (Set& set : sets) {
    const Apartness apart = look_at(set);
    if (apart.repeats == 0 && may_be_id(set, apart, with_few.has_value())) return std::move(set);
    if (!first_few && has_few(apart) && may_be_id(set, apart, false)) first_few = std::move(set);
  }
  return std::nullopt;
}

/// More than two candidates: adds the one that leaves the fewest repeats, then drops those that are not needed.
std::optional<IdSearch::Set> IdSearch::several(const std::vector<std::size_t>& order) const {
  const auto fits = [&](const Apartness& apart) { return apart.repeats == 0 || has_few(apart); };
  Set set;
  Apartness apart = without_;
  while (!fits(apart) && set.size() < most_columns) {
    std::optional<std::size_t> best;
    for (const std::size_t c : order) {
      if (std::ranges::find(set, c) != set.end()) continue;
      Set more = set;
      more.push_back(c);
      const Apartness with = look_at(more);
      if (with.repeats < apart.repeats && with.series * least_rows_of_a_series <= times_.rows()) best = c, apart = with;
    }
    if (!best) return std::nullopt;
    set.push_back(*best);
  }
  for (std::size_t i = 0; i < set.size() && set.size() > 1;) {
    Set fewer = set;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    const Apartness without = look_at(fewer);
    if (without.repeats <= apart.repeats) {
      set = std::move(fewer);
    } else {
      ++i;
    }
  }
  return fits(apart) && may_be_id(set, apart, false) ? std::optional(set) : std::nullopt;
}

IdChoice IdSearch::choice_of(const Set& set) const {
  const Apartness apart = look_at(set);
  IdChoice choice{.columns = {}, .series = apart.series, .repeats = apart.repeats};
  for (const std::size_t c : set) choice.columns.push_back(candidates_[c].column);
  std::ranges::sort(choice.columns);
  return choice;
}

std::optional<IdChoice> IdSearch::find() const {
  if (times_.empty() || without_.repeats == 0) return std::nullopt;
  std::vector<Set> singles, pairs;
  for (std::size_t c = 0; c < candidates_.size(); ++c) singles.push_back({c});
  std::optional<Set> few, few_of_pairs;
  if (const auto one = one_of(singles, std::nullopt, few)) return choice_of(*one);
  const std::vector<std::size_t> order = finest_first();
  const std::size_t in_pairs = std::min(order.size(), most_in_pairs);
  for (std::size_t i = 0; i < in_pairs; ++i) {
    for (std::size_t j = i + 1; j < in_pairs; ++j) pairs.push_back({order[i], order[j]});
  }
  if (const auto two = one_of(pairs, few, few_of_pairs)) return choice_of(*two);
  if (few) return choice_of(*few);
  if (few_of_pairs) return choice_of(*few_of_pairs);
  std::vector<std::size_t> sure;
  std::ranges::copy_if(order, std::back_inserter(sure), [&](std::size_t c) { return candidates_[c].words || candidates_[c].named; });
  auto more = several(sure);
  if (!more) more = several(order);
  return more ? std::optional(choice_of(*more)) : std::nullopt;
}

}  // namespace pipeline
