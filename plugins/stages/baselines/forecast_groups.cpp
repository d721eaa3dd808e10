#include "forecast_groups.h"

#include <algorithm>
#include <array>

namespace pipeline::stage::baselines {

namespace {

constexpr std::array forecast_splits{Split::val, Split::test, Split::calibration};

}  // namespace

std::int64_t count_origins(const Windows& windows) {
  std::int64_t count = 0;
  for (const Split split : forecast_splits) count += windows.count(split);
  return count;
}

void fill_origins(const Windows& windows, std::span<ForecastOrigin> origins) {
  const Series& series = *windows.series();
  std::size_t at = 0;
  for (const Split split : forecast_splits) {
    const std::vector<std::int64_t> starts = windows.series_starts(split);  // the series is looked up once for all its windows
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
      const std::int64_t of = series.series_of(windows.origin(split, starts[i]));
      for (std::int64_t window = starts[i]; window < starts[i + 1]; ++window) {
        const std::int64_t row = windows.origin(split, window);
        origins[at++] = {
            .split = static_cast<std::int64_t>(split), .series = of, .row = row, .time = series.time()[static_cast<std::size_t>(row)]};
      }
    }
  }
}

std::vector<Group> groups_of(std::span<const ForecastOrigin> origins, const Series& series, bool refit) {
  std::vector<Group> out;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const auto after = std::ranges::upper_bound(series.segments(), origins[i].row, {}, &Segment::first);
    const std::int64_t first_row = std::prev(after)->first;
    const bool continues = i > 0 && !refit && origins[i].split == origins[i - 1].split && first_row == out.back().first_row;
    if (continues) {
      ++out.back().count;
    } else {
      out.push_back({.first = i, .count = 1, .first_row = first_row});
    }
  }
  return out;
}

}  // namespace pipeline::stage::baselines
