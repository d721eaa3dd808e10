#include "pipeline/data/origins.h"

#include <algorithm>
#include <numeric>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// Of the windows first .. end - 1, which are of one series, those that are measured, the last one first.
std::vector<std::int64_t> of_series(const Windows& windows, Split split, std::int64_t first, std::int64_t end, Origins origins) {
  std::vector<std::int64_t> out{end - 1};
  if (origins == Origins::last) return out;
  const std::int64_t horizon = windows.horizon_of(windows.series()->series_of(windows.origin(split, first)));
  for (std::int64_t window = end - 2; window >= first; --window) {
    if (windows.origin(split, window) + horizon <= windows.origin(split, out.back())) out.push_back(window);
  }
  return out;
}

}  // namespace

MeasuredWindows::MeasuredWindows(const Windows& windows, Split split, Origins origins)
    : count_(windows.count(split)), all_(origins == Origins::all) {
  if (all_) return;
  if (!windows.series())
    throw usage_error(std::string("origins = \"") + word_of(origins) +
                      "\" counts rows, which windows made elsewhere do not tell: write origins = \"all\"");
  const std::vector<std::int64_t> starts = windows.series_starts(split);
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    std::vector<std::int64_t> own = of_series(windows, split, starts[s], starts[s + 1], origins);
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
