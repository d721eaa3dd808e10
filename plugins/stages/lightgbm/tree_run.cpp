#include "tree_run.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "pipeline/data/season.h"
#include "tree_forecaster.h"

namespace pipeline::stage::lightgbm {

TreeRunOutcome run_trees(const Library& library, const TreeRun& run, std::span<const ForecastOrigin> origins, std::span<double> out) {
  const SeriesInfo& info = run.data.info;
  const std::vector<std::int64_t> seasons = season_lengths(run.settings.season_length, info),
                                  horizons = horizons_of_groups(run.windows.horizons, info);
  const bool grouped = info.panel && !info.panel->groups.empty();
  TreeRunOutcome all;
  for (std::size_t group = 0; group < seasons.size(); ++group) {
    std::int64_t replaced = 0;
    for (std::size_t target = 0; target < info.targets.size(); ++target) {
      TreeForecaster trees(library, {.data = run.data,
                                     .options = run.options,
                                     .target = target,
                                     .group = grouped ? std::optional(static_cast<std::int64_t>(group)) : std::nullopt,
                                     .season = seasons[group],
                                     .horizon = horizons.empty() ? run.windows.horizon : horizons[group],
                                     .split = run.split,
                                     .threads = run.settings.threads,
                                     .seed = run.settings.seed,
                                     .check_cancelled = run.check_cancelled});
      const TreeForecaster::Outcome made = trees.forecast(origins, run.windows.horizon, out);
      all.training_rows += made.training_rows;
      all.unlearned_steps = std::max(all.unlearned_steps, made.unlearned_steps);
      replaced = std::max(replaced, made.replaced);
    }
    all.replaced += replaced;
  }
  return all;
}

}  // namespace pipeline::stage::lightgbm
