#include "data/panel_split.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

std::span<const std::int64_t> times_of(const CleanTable& data, const TableSegment& segment) {
  return data.table.time().subspan(static_cast<std::size_t>(segment.first + data.lead),
                                   static_cast<std::size_t>(segment.count - data.lead));
}

void sort_and_unite(std::vector<std::int64_t>& times) {
  std::ranges::sort(times);
  const auto repeated = std::ranges::unique(times);
  times.erase(repeated.begin(), repeated.end());
}

/// The times of all series, each once. Series mostly share them, so few are kept at a time.
std::vector<std::int64_t> distinct_times(const CleanTable& data) {
  std::vector<std::int64_t> times;
  std::size_t limit = 1 << 20;
  for (const TableSegment& s : data.segments) {
    std::ranges::copy(times_of(data, s), std::back_inserter(times));
    if (times.size() < limit) continue;
    sort_and_unite(times);
    limit = std::max(limit, 2 * times.size());
  }
  sort_and_unite(times);
  return times;
}

/// The first time after each split.
SplitEnd border_times(const CleanTable& data, const SplitRule& rule) {
  constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  if (rule.kind == SplitRule::Kind::times) return {rule.times[0], rule.times[1], rule.times[1], never};
  const std::vector<std::int64_t> times = distinct_times(data);
  const SplitEnd ends = rule.ends(std::ssize(times), nullptr, "distinct times");
  SplitEnd out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto at = static_cast<std::size_t>(ends[i]);
    out[i] = at < times.size() ? times[at] : never;
  }
  return out;
}

void require_rows_in_each(const SplitEnds& ends, std::span<const std::int64_t> start, const SplitRule& rule) {
  for (std::size_t i = 0; i < splits_in_time.size(); ++i) {
    std::int64_t rows = 0;
    for (std::size_t s = 0; s < ends.size(); ++s) rows += ends[s][i] - (i == 0 ? start[s] : ends[s][i - 1]);
    if (rows == 0 && !rule.leaves_out(splits_in_time[i]))
      throw data_error(std::string("the ") + name_of(splits_in_time[i]) + " split is empty in all of the " +
                       format_count(std::ssize(ends)) + " series; change split, or bring more data");
  }
}

/// The rule by which a series is split.
class SeriesRules {
 public:
  SeriesRules(const CleanTable& data, const SplitRule& rule) : group_of_(data.group_of) {
    if (data.groups.empty()) rules_.push_back(rule);
    for (const GroupAxis& group : data.groups) rules_.push_back(rule.of_word(group.word));
  }
  [[nodiscard]] const SplitRule& of(std::int64_t series) const {
    return rules_[group_of_.empty() ? 0 : static_cast<std::size_t>(group_of_[static_cast<std::size_t>(series)])];
  }

 private:
  std::span<const std::int64_t> group_of_;
  std::vector<SplitRule> rules_;
};

}  // namespace

std::vector<std::int64_t> too_short_to_split(const CleanTable& data, const SplitRule& rule, bool scaled_by_series) {
  const std::vector<std::int64_t> start = data.series_start();
  const bool by_time = rule.kind != SplitRule::Kind::tails, trains = by_time && scaled_by_series && data.series_count() > 0;
  const std::int64_t border = trains ? border_times(data, rule).front() : 0;
  const SeriesRules rules(data, rule);
  std::vector<std::int64_t> found;
  for (std::int64_t s = 0; s < data.series_count(); ++s) {
    const std::int64_t rows = start[static_cast<std::size_t>(s) + 1] - start[static_cast<std::size_t>(s)];
    if (rows == 0 || (trains && data.rows_before(border, s) == 0) || (!by_time && !rules.of(s).tail_ends(rows))) found.push_back(s);
  }
  return found;
}

SplitEnds split_panel(const CleanTable& data, const SplitRule& rule) {
  const std::vector<std::int64_t> start = data.series_start();
  const bool by_time = rule.kind != SplitRule::Kind::tails;
  const SplitEnd borders = by_time ? border_times(data, rule) : SplitEnd{};
  const SeriesRules rules(data, rule);
  SplitEnds ends(static_cast<std::size_t>(data.series_count()));
  for (std::size_t s = 0; s < ends.size(); ++s) {
    if (!by_time) ends[s] = rules.of(static_cast<std::int64_t>(s)).tail_ends(start[s + 1] - start[s]).value();
    for (std::size_t i = 0; i < borders.size(); ++i) {
      ends[s][i] = start[s] + (by_time ? data.rows_before(borders[i], static_cast<std::int64_t>(s)) : ends[s][i]);
    }
  }
  require_rows_in_each(ends, start, rule);
  return ends;
}

}  // namespace pipeline
