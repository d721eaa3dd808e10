#include "pipeline/data/origins.h"

#include <algorithm>
#include <numeric>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// The windows first .. end - 1 of a split, which are of one series.
struct SeriesWindows {
  const Windows& windows;
  Split split;
  std::int64_t first, end;

  [[nodiscard]] std::int64_t origin(std::int64_t window) const { return windows.origin(split, window); }
  [[nodiscard]] std::int64_t series() const { return windows.series()->series_of(origin(first)); }
};

/// Those that `origins` names, the last one first.
std::vector<std::int64_t> named_by(Origins origins, const SeriesWindows& of) {
  const std::int64_t apart = origins == Origins::every_horizon ? of.windows.horizon_of(of.series()) : 1;
  std::vector<std::int64_t> out{of.end - 1};
  if (origins == Origins::last) return out;
  for (std::int64_t window = of.end - 2; window >= of.first; --window) {
    if (of.origin(window) + apart <= of.origin(out.back())) out.push_back(window);
  }
  return out;
}

/// Those whose origins lie a multiple of `step` rows, and fewer than `most` times so many (0: any), before the last possible one.
std::vector<std::int64_t> on_grid(std::int64_t step, std::int64_t most, const SeriesWindows& of) {
  const std::int64_t series = of.series();
  const Segment rows = of.windows.series()->rows_of(series, of.split);
  const std::int64_t last = rows.first + rows.count - 1 - of.windows.horizon_of(series);
  std::vector<std::int64_t> out;
  for (std::int64_t window = of.end - 1; window >= of.first; --window) {
    const std::int64_t back = last - of.origin(window);
    if (back % step == 0 && (most == 0 || back / step < most)) out.push_back(window);
  }
  return out;
}

/// The steps of a table, by frequency group.
std::vector<std::int64_t> steps_of_groups(const Value& table, const SeriesInfo& info) {
  Horizons by_word;
  for (const auto& [word, rows] : table.as_map()) by_word[word] = rows.as_int();
  return horizons_of_groups(by_word, info);
}

}  // namespace

MeasuredWindows::MeasuredWindows(const Windows& windows, Split split, const OriginChoice& choice)
    : count_(windows.count(split)), all_(choice.is_all()) {
  if (all_) return;
  if (!windows.series())
    throw usage_error("origins, origin_step and most_origins count rows, which windows made elsewhere do not tell: leave them out");
  const std::vector<std::int64_t> steps =
      choice.step.is_map() ? steps_of_groups(choice.step, windows.series()->info()) : std::vector<std::int64_t>();
  const std::vector<std::int64_t> starts = windows.series_starts(split);
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    const SeriesWindows of{.windows = windows, .split = split, .first = starts[s], .end = starts[s + 1]};
    std::vector<std::int64_t> own;
    if (choice.step.is_null()) {
      own = named_by(choice.origins, of);
      if (choice.most > 0 && std::ssize(own) > choice.most) own.resize(static_cast<std::size_t>(choice.most));
    } else {
      const auto group = static_cast<std::size_t>(windows.series()->panel().group_of(of.series()).value_or(0));
      own = on_grid(steps.empty() ? choice.step.as_int() : steps[group], choice.most, of);
    }
    numbers_.insert(numbers_.end(), own.rbegin(), own.rend());
  }
  count_ = std::ssize(numbers_);
}

std::vector<std::int64_t> MeasuredWindows::numbers(std::int64_t first, std::int64_t count) const {
  if (!all_) return {numbers_.begin() + first, numbers_.begin() + first + count};
  std::vector<std::int64_t> out(static_cast<std::size_t>(count));
  std::iota(out.begin(), out.end(), first);
  return out;
}

}  // namespace pipeline
