#include "pipeline/data/panel_scales.h"

#include <cstddef>

namespace pipeline {

PanelScales panel_scales_of(const Series& series) {
  PanelScales out;
  const std::span<const double> scale = series.panel().scale;
  const auto numbers = static_cast<std::size_t>(2 * series.columns());
  for (std::int64_t s = 0; s < series.series_count(); ++s) {
    if (series.split_end(s)[0] == series.rows_of(s).first) continue;  // without a training row its scale is not known
    out.ids.push_back(series.id(s));
    const auto add = [s](const auto& all, std::size_t count, auto& to) {
      const auto of_series = all.subspan(static_cast<std::size_t>(s) * count, count);
      to.insert(to.end(), of_series.begin(), of_series.end());
    };
    if (!scale.empty()) add(scale, numbers, out.scale);
    add(series.fixed(), series.info().fixed.size(), out.fixed);
    add(series.fixed_codes(), series.info().fixed_words.size(), out.fixed_codes);
  }
  return out;
}

}  // namespace pipeline
