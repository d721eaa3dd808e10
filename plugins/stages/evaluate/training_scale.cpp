#include "training_scale.h"

#include <algorithm>
#include <cmath>

namespace pipeline::stage::evaluate {

std::vector<SeriesScale> scales_before(Split split, const Series& series, std::span<const std::int64_t> seasons) {
  const Split measured = split == Split::train ? Split::val : split;  // what is trained on is told by its own rows
  return scales_until([&](std::int64_t of) { return series.rows_of(of, measured).first; }, series, seasons);
}

std::vector<SeriesScale> scales_until(const std::function<std::int64_t(std::int64_t series)>& end_of, const Series& series,
                                      std::span<const std::int64_t> seasons) {
  const SeriesInfo& info = series.info();
  const auto targets = info.targets.size(), columns = static_cast<std::size_t>(series.columns());
  std::vector<SeriesScale> scales(targets * static_cast<std::size_t>(series.series_count()));
  std::vector<double> counts(scales.size());
  const auto is_observed = [&](std::int64_t row, std::size_t t) {
    return series.observed()[static_cast<std::size_t>(row) * columns + static_cast<std::size_t>(info.target_columns[t])] != 0;
  };
  for (const Segment& segment : series.segments()) {
    const std::int64_t of = series.series_of(segment.first);
    const std::int64_t season = seasons[static_cast<std::size_t>(series.panel().group_of(of).value_or(0))];
    const std::int64_t end = std::min(segment.first + segment.count, end_of(of));
    const std::size_t first = static_cast<std::size_t>(of) * targets;
    for (std::int64_t row = segment.first + season; row < end; ++row) {
      for (std::size_t t = 0; t < targets; ++t) {
        if (!is_observed(row, t) || !is_observed(row - season, t)) continue;
        const double change = series.targets()[static_cast<std::size_t>(row) * targets + t] -
                              series.targets()[static_cast<std::size_t>(row - season) * targets + t];
        scales[first + t].absolute += std::abs(change);
        scales[first + t].squared += change * change;
        counts[first + t] += 1;
      }
    }
  }
  for (std::size_t i = 0; i < scales.size(); ++i) {
    if (counts[i] == 0) continue;
    scales[i].absolute /= counts[i];
    scales[i].squared /= counts[i];
  }
  return scales;
}

std::int64_t count_without_scale(const std::vector<SeriesScale>& scales) {
  return std::ranges::count_if(scales, [](const SeriesScale& scale) { return scale.absolute == 0; });
}

}  // namespace pipeline::stage::evaluate
