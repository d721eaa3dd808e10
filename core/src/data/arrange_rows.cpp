#include "data/arrange_rows.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace pipeline {

bool strictly_increases(std::span<const std::int64_t> time) { return std::ranges::adjacent_find(time, std::greater_equal()) == time.end(); }

bool runs_from_new_to_old(std::span<const std::int64_t> time) {
  std::int64_t older = 0, newer = 0, first = left_out_time, last = left_out_time;
  for (const std::int64_t now : time) {
    if (now == left_out_time) continue;
    if (first == left_out_time) first = last = now;
    older += now<last, newer += now> last;
    last = now;
  }
  return last < first && older > newer;
}

RowOrder::RowOrder(std::span<const std::int64_t> time, std::span<const std::int64_t> series, const std::filesystem::path& scratch)
    : rows_(std::ssize(time)), keys_(scratch) {
  keys_.reserve(time.size());
  find_turned(time, series);
  for (std::size_t i = 0; i < time.size(); ++i) {
    const std::int64_t turn = row({.turn = static_cast<std::int64_t>(i)});  // turning is its own inverse
    if (time[i] != left_out_time) keys_.data()[count_++] = {series.empty() ? 0 : series[i], time[i], turn};
  }
  disorder_.left_out = rows_ - count_;
  std::sort(keys_.data(), keys_.data() + count_);
  find_disorder(scratch);
}

/// The rows of a series follow each other.
void RowOrder::find_turned(std::span<const std::int64_t> time, std::span<const std::int64_t> series) {
  for (std::size_t first = 0, end = 0; first < time.size(); first = end) {
    end = series.empty() ? time.size() : first;
    while (end < time.size() && series[end] == series[first]) ++end;
    if (runs_from_new_to_old(time.subspan(first, end - first)))
      turned_.push_back({static_cast<std::int64_t>(first), static_cast<std::int64_t>(end)});
  }
  disorder_.from_new_to_old = series.empty() && !turned_.empty();
  if (!series.empty()) disorder_.series_from_new_to_old = std::ssize(turned_);
}

std::int64_t RowOrder::row(const RowKey& key) const {
  const auto after = std::ranges::upper_bound(turned_, key.turn, {}, &Run::first);
  if (after == turned_.begin() || key.turn >= std::prev(after)->end) return key.turn;
  return std::prev(after)->first + std::prev(after)->end - 1 - key.turn;
}

/// A row is out of order if an earlier turn of its series has a later time. Repeats are counted on their own.
void RowOrder::find_disorder(const std::filesystem::path& scratch) {
  constexpr std::int64_t none = -1;
  ScratchArray<std::int64_t> rank(scratch);  // by turn: the place among the sorted keys of a first row of its time
  rank.reserve(static_cast<std::size_t>(rows_) + 1);
  std::fill_n(rank.data(), rows_, none);
  std::int64_t first_repeat = rows_, first_repeated = 0, first_of_time = 0;
  for (std::int64_t i = 0; i < count_; ++i) {
    const RowKey& key = keys_.data()[i];
    const auto same = [&](std::int64_t other) {
      return other >= 0 && keys_.data()[other].series == key.series && keys_.data()[other].time == key.time;
    };
    if (!same(i - 1)) {
      rank.data()[key.turn] = i;
      first_of_time = key.turn;
      continue;
    }
    ++disorder_.repeats;
    if (!same(i - 2)) ++disorder_.repeated_times;
    if (key.turn < first_repeat) first_repeat = key.turn, first_repeated = first_of_time;
  }
  std::int64_t latest = none, first_out = none;
  for (std::int64_t turn = 0; turn < rows_; ++turn) {
    const std::int64_t at = rank.data()[turn];
    if (at == none) continue;
    const bool older = latest != none && at < latest && keys_.data()[at].series == keys_.data()[latest].series;
    if (older && disorder_.out_of_order++ == 0) first_out = turn;
    if (!older) latest = at;
  }
  const auto row_of = [&](std::int64_t turn) { return row({.turn = turn}); };
  if (disorder_.repeats > 0) disorder_.first_repeat = row_of(first_repeat), disorder_.first_repeated = row_of(first_repeated);
  if (disorder_.out_of_order > 0) disorder_.first_out_of_order = row_of(first_out);
}

}  // namespace pipeline
