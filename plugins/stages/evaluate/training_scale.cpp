#include "training_scale.h"

#include <algorithm>
#include <cmath>

namespace pipeline::stage::evaluate {

std::vector<SeriesScale> training_scales(const Series& series, std::int64_t season) {
  const SeriesInfo& info = series.info();
  const auto targets = info.targets.size(), columns = static_cast<std::size_t>(series.columns());
  std::vector<SeriesScale> scales(targets);
  std::vector<double> counts(targets);
  const auto is_observed = [&](std::int64_t row, std::size_t t) {
    return series.observed()[static_cast<std::size_t>(row) * columns + static_cast<std::size_t>(info.target_columns[t])] != 0;
  };
  for (const Segment& segment : info.segments) {
    const std::int64_t end = std::min(segment.first + segment.count, info.split_end[0]);
    for (std::int64_t row = segment.first + season; row < end; ++row) {
      for (std::size_t t = 0; t < targets; ++t) {
        if (!is_observed(row, t) || !is_observed(row - season, t)) continue;
        const double change = series.targets()[static_cast<std::size_t>(row) * targets + t] -
                              series.targets()[static_cast<std::size_t>(row - season) * targets + t];
        scales[t].absolute += std::abs(change);
        scales[t].squared += change * change;
        counts[t] += 1;
      }
    }
  }
  for (std::size_t t = 0; t < targets; ++t) {
    if (counts[t] == 0) continue;
    scales[t].absolute /= counts[t];
    scales[t].squared /= counts[t];
  }
  return scales;
}

}  // namespace pipeline::stage::evaluate
