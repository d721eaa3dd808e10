#include "bands.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace pipeline::stage::visualize {

std::vector<BandColumns> band_columns(const PredictionBands& bands) {
  std::vector<BandColumns> out;
  for (std::size_t i = 0; i < bands.interval_levels.size(); ++i) out.push_back({bands.interval_levels[i], true, i, i});
  const std::vector<double>& levels = bands.quantile_levels;
  for (std::size_t low = 0; bands.interval_levels.empty() && low < levels.size(); ++low) {
    const auto high = std::ranges::find_if(levels, [&](double level) { return std::abs(levels[low] + level - 1) < 1e-9; });
    if (levels[low] < 0.5 && high != levels.end())
      out.push_back({std::round(1e6 * 100 * (1 - 2 * levels[low])) / 1e6, false, low, static_cast<std::size_t>(high - levels.begin())});
  }
  std::ranges::sort(out, std::greater(), &BandColumns::level);
  constexpr std::size_t most_bands = 3;
  if (out.size() > most_bands) out = {out.front(), out[out.size() / 2], out.back()};
  return out;
}

}  // namespace pipeline::stage::visualize
