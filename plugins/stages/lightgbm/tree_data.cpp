#include "tree_data.h"

#include <utility>

namespace pipeline::stage::lightgbm {

TreeData TreeData::before(Split split, const Series& series) {
  TreeData out{.info = series.info(),
               .values = series.values(),
               .targets = series.targets(),
               .observed = series.observed(),
               .fixed = series.fixed(),
               .fixed_codes = series.fixed_codes(),
               .segments = series.segments(),
               .panel = series.panel(),
               .learned_end = {}};
  for (std::int64_t s = 0; s < series.series_count(); ++s) out.learned_end.push_back(series.rows_of(s, split).first);
  return out;
}

TreeData TreeData::of(const PreparedInput& input, const SeriesInfo& info, std::vector<std::int64_t> learned_end) {
  return {.info = info,
          .values = input.values,
          .targets = input.targets,
          .observed = input.observed,
          .fixed = input.fixed,
          .fixed_codes = input.fixed_codes,
          .segments = input.segments,
          .panel = input.panel(),
          .learned_end = std::move(learned_end)};
}

}  // namespace pipeline::stage::lightgbm
