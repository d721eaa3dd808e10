#include "data/window_fit.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "data/split.h"
#include "pipeline/errors.h"
#include "pipeline/value.h"

namespace pipeline {
namespace {

/// The numbers of windows in train, validation and test.
using Counts = std::array<std::int64_t, 3>;

}  // namespace

WindowFit::WindowFit(std::span<const RowsOfSeries> series, const RowReading& reading) {
  for (const RowsOfSeries& rows : series) {
    Pieces& pieces = series_.emplace_back();
    bool breaks = true;
    for (std::size_t row = 0; row < rows.times.size(); ++row) {
      breaks = breaks || (rows.after_gap[row] && !reading.across_gaps);
      if (reading.drops_incomplete && !rows.complete[row]) {
        breaks = true;
        continue;
      }
      if (breaks) pieces.runs.push_back({pieces.times.size(), pieces.times.size()});
      breaks = false;
      pieces.times.push_back(rows.times[row]);
      pieces.complete.push_back(rows.complete[row]);
      pieces.runs.back().end = pieces.times.size();
    }
  }
  find_borders();
}

/// Series without rows to train on are left out, which may move the borders, as a run does it.
void WindowFit::find_borders() {
  const SplitRule rule = SplitRule::parse(Value::List{0.7, 0.15, 0.15});
  for (bool again = true; again;) {
    std::vector<std::int64_t> times;
    for (const Pieces& series : series_) {
      if (series.trains) times.insert(times.end(), series.times.begin(), series.times.end());
    }
    std::ranges::sort(times);
    const auto repeated = std::ranges::unique(times);
    times.erase(repeated.begin(), repeated.end());
    try {
      const SplitEnd ends = rule.ends(std::ssize(times), nullptr, "distinct times");
      borders_ = {times.at(static_cast<std::size_t>(ends[0])), times.at(static_cast<std::size_t>(ends[1]))};
    } catch (const Error&) {
      borders_.reset();  // too few times for the split
      return;
    }
    again = false;
    for (Pieces& series : series_) {
      if (!series.trains || parts_of(series).front() > 0) continue;
      series.trains = false;
      again = true;
    }
  }
}

std::array<std::size_t, 3> WindowFit::parts_of(const Pieces& series) const {
  const auto before = [&](std::int64_t border) {
    return static_cast<std::size_t>(std::ranges::lower_bound(series.times, border) - series.times.begin());
  };
  return {before(borders_->at(0)), before(borders_->at(1)), series.times.size()};
}

WindowFit::Result WindowFit::of(std::int64_t window, std::int64_t horizon) const {
  if (!borders_) return {};
  Result result;
  Counts all{};
  for (const Pieces& series : series_) {
    Counts own{};
    const std::array<std::size_t, 3> ends = parts_of(series);
    for (std::size_t part = 0; part < ends.size() && series.trains; ++part) {
      for (const Run& run : series.runs) {  // a window's targets lie in the part, its inputs may lie before
        const auto first = static_cast<std::int64_t>(std::max(run.first + static_cast<std::size_t>(window), part > 0 ? ends[part - 1] : 0));
        own[part] += std::max<std::int64_t>(0, static_cast<std::int64_t>(std::min(run.end, ends[part])) - horizon - first + 1);
      }
      all[part] += own[part];
    }
    if (std::accumulate(own.begin(), own.end(), std::int64_t{0}) == 0) ++result.series_without;
  }
  result.in_each_split = std::ranges::all_of(all, [](std::int64_t count) { return count > 0; });
  return result;
}

std::int64_t WindowFit::typical_run() const {
  std::vector<std::int64_t> lengths;
  for (const Pieces& series : series_) {
    for (const Run& run : series.runs) lengths.push_back(static_cast<std::int64_t>(run.end - run.first));
  }
  std::ranges::sort(lengths, std::greater());
  const std::int64_t rows = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
  std::int64_t seen = 0;
  for (const std::int64_t length : lengths) {
    seen += length;
    if (2 * seen >= rows) return length;
  }
  return 0;
}

bool WindowFit::can_be_filled() const {
  return borders_ && std::ranges::all_of(series_, [&](const Pieces& series) {
           if (!series.trains) return true;
           std::vector<std::size_t> starts;
           for (const Run& run : series.runs) starts.push_back(run.first);
           for (const std::size_t end : parts_of(series)) starts.push_back(end);
           return std::ranges::all_of(starts, [&](std::size_t row) { return row >= series.times.size() || series.complete[row]; });
         });
}

}  // namespace pipeline
