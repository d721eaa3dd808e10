#include "last_season.h"

#include <algorithm>
#include <iterator>

namespace pipeline::stage::evaluate {

torch::Tensor last_season(const Series& series, std::span<const std::int64_t> rows, std::int64_t horizon,
                          std::span<const std::int64_t> seasons) {
  const auto targets = series.info().targets.size();
  torch::Tensor out = torch::empty({std::ssize(rows), horizon, static_cast<std::int64_t>(targets)}, torch::kDouble);
  auto* to = out.mutable_data_ptr<double>();
  for (const std::int64_t row : rows) {
    const std::int64_t season = seasons[static_cast<std::size_t>(series.panel().group_of(series.series_of(row)).value_or(0))];
    const std::int64_t first = std::prev(std::ranges::upper_bound(series.segments(), row, {}, &Segment::first))->first;
    const bool is_whole = row - first + 1 >= season;
    for (std::int64_t h = 0; h < horizon; ++h) {
      const std::int64_t from = is_whole ? row + 1 - season + h % season : row;
      const auto values = series.targets().subspan(static_cast<std::size_t>(from) * targets, targets);
      to = std::ranges::copy(values, to).out;
    }
  }
  return out;
}

}  // namespace pipeline::stage::evaluate
