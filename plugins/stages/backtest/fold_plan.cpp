#include "fold_plan.h"

#include <algorithm>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline::stage::backtest {

namespace {

using Counts = std::vector<std::int64_t>;

/// The most rows that a series of each group has in a split.
Counts most_rows_of(const Series& series, const CutoffGrid& grid, Split split) {
  Counts out(static_cast<std::size_t>(grid.groups()));
  for (std::int64_t s = 0; s < series.series_count(); ++s) {
    std::int64_t& most = out[static_cast<std::size_t>(grid.group_of(s))];
    most = std::max(most, series.rows_of(s, split).count);
  }
  return out;
}

/// Of each group a number, by its place.
template <class Of>
Counts by_group(const CutoffGrid& grid, const Of& of) {
  Counts out;
  for (std::int64_t g = 0; g < grid.groups(); ++g) out.push_back(of(g));
  return out;
}

/// The rows that the workflow itself leaves out of each series.
Counts left_out_already(const Series& series, const CutoffGrid& grid, const char* option) {
  const Value* rows = series.info().source.find(option);
  return grid.numbers(option, rows ? *rows : Value(0));
}

/// A fold leaves as many rows out at the start of each series as the cutoff moved on: of one that begins later these would be its own.
void require_first_cutoff(const CutoffGrid& grid, const Series& series) {
  for (std::int64_t s = 0; s < series.series_count(); ++s) {
    if (!grid.row(s, 0))
      throw usage_error("expanding = false gives each fit as many rows as the first one has, and " +
                        (series.info().panel ? "series " + series.id(s) : "the series") + " begins after the first of " +
                        format_count(grid.count()) + " cutoffs: leave expanding out, or write a smaller n_windows or step_size");
  }
}

/// Values that are filled by looking ahead must not come from behind a cutoff. A fold fills within its splits, so that only the last row
/// before its test is safe.
void require_causal_filling(const BacktestOptions& options, const Series& series) {
  const Value* missing = series.info().source.find("missing");
  const bool looks_ahead = missing && *missing == Value("interpolate");
  if (!looks_ahead || (options.gap == 0 && cutoffs_per_fit(options) == 1) ||
      std::ranges::find(series.observed(), 0) == series.observed().end())
    return;
  throw usage_error(
      "missing = \"interpolate\" fills the rows at a cutoff from those that are forecast, where a gap or several cutoffs of one fit follow "
      "the rows that were fitted: write missing = \"forward_fill\", or gap = 0 and refit = true");
}

/// The longest series of some group must have a window to train on at the first cutoff.
void require_training(const CutoffGrid& grid, const Windows& windows, const BacktestOptions& options, const Counts& val,
                      const Counts& calibration) {
  const Series& series = *windows.series();
  std::int64_t most = 0;
  for (std::int64_t s = 0; s < series.series_count(); ++s) {
    const auto group = static_cast<std::size_t>(grid.group_of(s));
    const std::int64_t rows = grid.row(s, 0).value_or(-1) + 1 - series.rows_of(s).first - options.gap - val[group] - calibration[group];
    if (rows >= windows.info().least_rows() + grid.horizon(grid.group_of(s))) return;
    most = std::max(most, rows);
  }
  throw usage_error("the first of " + format_count(grid.count()) + " cutoffs has " + format_count(most) +
                    " rows to train on, where a window and its horizon need " +
                    format_count(windows.info().least_rows() + windows.info().horizon) +
                    ": write a smaller n_windows, step_size, gap or val, or a smaller window");
}

}  // namespace

std::int64_t cutoffs_per_fit(const BacktestOptions& options) { return options.refit.is_int() ? options.refit.as_int() : 1; }

std::vector<Fold> plan_folds(const BacktestOptions& options, const CutoffGrid& grid, const Windows& windows, const FoldStages& stages,
                             const std::filesystem::path& folder) {
  const Series& series = *windows.series();
  const Counts val = options.val.is_null() ? most_rows_of(series, grid, Split::val) : grid.numbers("val", options.val);
  const Counts calibration = most_rows_of(series, grid, Split::calibration);
  const Counts first_out = left_out_already(series, grid, "leave_out_first"), last_out = left_out_already(series, grid, "leave_out_last");
  require_training(grid, windows, options, val, calibration);
  require_causal_filling(options, series);
  if (!options.expanding) require_first_cutoff(grid, series);
  const Value steps = grid.option(by_group(grid, [&](std::int64_t g) { return grid.step(g); }));
  std::vector<Fold> folds;
  for (std::int64_t first = 0; first < grid.count(); first += cutoffs_per_fit(options)) {
    const std::int64_t count = std::min(cutoffs_per_fit(options), grid.count() - first), after = grid.count() - first - count;
    Fold fold{.first = first, .count = count, .name = "the cutoff " + grid.time_of(first)};
    Value split = Value::Map{
        {"val", grid.option(val)},
        {"test", grid.option(by_group(grid, [&](std::int64_t g) { return options.gap + grid.horizon(g) + (count - 1) * grid.step(g); }))}};
    if (std::ranges::any_of(calibration, [](std::int64_t rows) { return rows > 0; })) split["calibration"] = grid.option(calibration);
    const Counts last =
        by_group(grid, [&](std::int64_t g) { return last_out[static_cast<std::size_t>(g)] + grid.unused(g) + after * grid.step(g); });
    Value::Map of_series{{"leave_out_last", grid.option(last)}};
    if (series.info().panel) of_series["short_series"] = "drop";  // one that begins late has too few rows at the first cutoffs
    if (!options.expanding)
      of_series["leave_out_first"] =
          grid.option(by_group(grid, [&](std::int64_t g) { return first_out[static_cast<std::size_t>(g)] + first * grid.step(g); }));
    fold.run = {.folder = folder / ("fold_" + std::to_string(last.front())), .stages = {stages.measures}, .split = std::move(split)};
    fold.run.options[stages.series] = std::move(of_series);
    fold.run.options[stages.measures] = {{"splits", Value::List{"test"}}, {"origins", "all"},     {"origin_step", steps},
                                         {"most_origins", count},         {"predictions", "all"}, {"attention", false},
                                         {"log_metrics", false}};
    if (!options.select.empty()) fold.run.sources[stages.measures] = options.select;
    folds.push_back(std::move(fold));
  }
  return folds;
}

}  // namespace pipeline::stage::backtest
