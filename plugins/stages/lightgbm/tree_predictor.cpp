#include "tree_predictor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "library.h"
#include "lightgbm_options.h"
#include "pipeline/data/forecasts.h"
#include "pipeline/data/format.h"
#include "pipeline/data/panel_scales.h"
#include "pipeline/data/windows.h"
#include "pipeline/errors.h"
#include "pipeline/host/origins.h"
#include "tree_run.h"

namespace pipeline::stage::lightgbm {

namespace {

/// What the trees are to forecast: the stage's windows and series, and the rows of the request's file.
struct Task {
  const PredictRequest& request;
  const SeriesInfo& series;
  const WindowsInfo& windows;
  const PreparedInput& input;
};

PreparedInput read_rows(const PredictRequest& request, const Series& series, const WindowsInfo& windows) {
  const SeriesInfo& info = series.info();
  // Trees learn from what is fixed in every series, also in those that are not forecast.
  const bool needs_all = !request.series.empty() && !(info.fixed.empty() && info.fixed_words.empty());
  const std::optional<PanelScales> scales = info.panel ? std::optional(panel_scales_of(series)) : std::nullopt;
  return read_input(request, info,
                    {.horizon = info.known_future.empty() ? 0 : windows.horizon,
                     .horizons = horizons_of_groups(windows.horizons, info),
                     .series = needs_all ? std::vector<std::string>() : request.series,
                     .future = request.future,
                     .partly = needs_all || wants_several(request),
                     .registry = &request.registry,
                     .scales = scales ? &*scales : nullptr,
                     .history = [&](std::span<const std::int64_t> time) { return rows_of_history(time, info, 1, request); }});
}

/// Where the rows with targets of each series end.
std::vector<Segment> rows_of_series(const PreparedInput& input) {
  if (input.series_start.empty()) return {{0, input.rows() - input.future_rows}};
  std::vector<Segment> out;
  for (std::size_t s = 0; s < input.ids.size(); ++s) {
    const std::int64_t all = input.series_start[s + 1] - input.series_start[s];
    out.push_back({input.series_start[s], std::max<std::int64_t>(all - input.future_rows, 0)});  // one without a target has no future rows
  }
  return out;
}

/// One after the last row of each series that is learned from: that of its first forecast, or where this would begin.
std::vector<std::int64_t> learned_ends(const Task& task) {
  std::vector<std::int64_t> out;
  for (const Segment& rows : rows_of_series(task.input)) {
    const auto times = std::span(task.input.time).subspan(static_cast<std::size_t>(rows.first), static_cast<std::size_t>(rows.count));
    out.push_back(rows.first + rows_of_history(times, task.series, 1, task.request));
  }
  return out;
}

/// Error (data) for a row that has no value of a target.
void require_targets(const Task& task) {
  const std::size_t targets = task.series.targets.size();
  for (const Segment& segment : task.input.segments) {
    for (std::size_t cell = static_cast<std::size_t>(segment.first) * targets;
         cell < static_cast<std::size_t>(segment.first + segment.count) * targets; ++cell) {
      if (!std::isfinite(task.input.targets[cell]))
        throw data_error(task.request.input.string() + ": column \"" + task.series.targets[cell % targets] +
                         "\" has a row without a value before the forecast, which LightGBM continues: fill it in");
    }
  }
}

void say(const TreeRunOutcome& made, const Task& task, std::int64_t origins) {
  const std::string file = task.request.input.string();
  if (made.training_rows == 0)
    throw data_error(file +
                     ": LightGBM learns from the rows up to the forecast, and they are too few: give it the long history that the workflow "
                     "learned from");
  if (made.replaced > 0)
    task.request.log.warning("LightGBM: the last value stands for " + format_count(made.replaced) + " of " + format_count(origins) +
                             " forecasts, where rows for the change from a season before are too few");
  if (made.unlearned_steps > 0)
    task.request.log.warning("LightGBM: the rows reach too few steps ahead to learn the last " + format_count(made.unlearned_steps) +
                             ": the last value stands there");
}

}  // namespace

void TreePredictor::predict(const PredictRequest& request, ForecastReceiver& out) {
  if (request.all && request.from.empty())
    throw usage_error(
        "--all: LightGBM learns from the rows before the first forecast, and with --all there are none; name the time of the first one "
        "with --from TIME");
  const StageTask& stage = *request.stage;
  const auto windows = Windows::open(stage.windows);
  if (!windows->series()) throw usage_error("predict needs the columns of a series, and these windows were made elsewhere");
  const SeriesInfo& series = windows->series()->info();
  const auto options = bind_options<LightgbmOptions>(stage.options);
  const Library library(options.library);
  const PreparedInput input = read_rows(request, *windows->series(), windows->info());
  const Task task{.request = request, .series = series, .windows = windows->info(), .input = input};
  WindowsInfo one_row = windows->info();
  one_row.window = 1, one_row.min_observed = 0;
  const std::vector<InputOrigin> origins = find_origins(input, series, one_row, request);
  require_targets(task);

  std::vector<ForecastOrigin> from;
  for (const InputOrigin& origin : origins)
    from.push_back({.split = static_cast<std::int64_t>(Split::test),
                    .series = input.panel().series_of(origin.row),
                    .row = origin.row,
                    .time = input.time[static_cast<std::size_t>(origin.row)]});
  const std::size_t targets = series.targets.size(), width = 1 + options.quantiles.size(),
                    size = static_cast<std::size_t>(windows->info().horizon) * targets;
  std::vector<double> values(origins.size() * size * width, std::numeric_limits<double>::quiet_NaN());
  const TreeData data = TreeData::of(input, series, learned_ends(task));
  say(run_trees(library,
                {.data = data, .options = options, .windows = windows->info(), .settings = stage.settings, .check_cancelled = [] {}}, from,
                values),
      task, std::ssize(origins));

  const std::vector<std::int64_t> horizons = horizons_of_series(input, series, windows->info().horizon, windows->info().horizons);
  out.begin({.series = series, .input = input, .horizon = windows->info().horizon, .quantile_levels = options.quantiles});
  std::vector<double> point, quantiles;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const std::int64_t horizon = horizons[horizons.size() == 1 ? 0 : static_cast<std::size_t>(from[i].series)];
    point.clear(), quantiles.clear();
    for (std::size_t cell = i * size; cell < i * size + static_cast<std::size_t>(horizon) * targets; ++cell) {
      point.push_back(values[cell * width]);
      quantiles.insert(quantiles.end(), values.begin() + static_cast<std::ptrdiff_t>(cell * width + 1),
                       values.begin() + static_cast<std::ptrdiff_t>((cell + 1) * width));
    }
    out.add({.row = origins[i].row, .times = target_times(input, series, origins[i], horizon), .point = point, .quantiles = quantiles});
  }
}

}  // namespace pipeline::stage::lightgbm
