#include "forecast_groups.h"

#include <algorithm>

namespace pipeline::stage::baselines {

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
