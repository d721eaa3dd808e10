#include "split_result.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "interval_ends.h"
#include "last_season.h"
#include "pipeline/errors.h"

namespace pipeline::stage::evaluate {

void Score::add_loss(const torch::Tensor& losses, const torch::Tensor& weight) {
  torch::Tensor each = losses.to(torch::kDouble);
  if (weight.defined()) each = each.masked_select(weight != 0);
  loss_sum_ += each.sum().item<double>();
  loss_count_ += static_cast<double>(each.numel());
}

std::int64_t count_steps(const Windows& windows, Split split, const OriginChoice& origins) {
  const MeasuredWindows measured(windows, split, origins);
  if (windows.info().horizons.empty()) return measured.count() * windows.info().horizon;
  std::int64_t steps = 0;
  if (!origins.is_all()) {
    for (const std::int64_t window : measured.numbers(0, measured.count()))
      steps += windows.horizon_of(windows.series()->series_of(windows.origin(split, window)));
    return steps;
  }
  const std::vector<std::int64_t> starts = windows.series_starts(split);
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    const std::int64_t series = windows.series()->series_of(windows.origin(split, starts[i]));
    steps += (starts[i + 1] - starts[i]) * windows.horizon_of(series);
  }
  return steps;
}

Metrics of_points(const Metrics& metrics) {
  Metrics out;
  std::ranges::copy_if(metrics, std::back_inserter(out),
                       [](const auto& metric) { return !metric->info().needs_quantiles && !metric->info().needs_intervals; });
  return out;
}

PredictionBands bands_of(const WindowForecasts& forecasts, const Intervals* intervals) {
  PredictionBands out{.quantile_levels = forecasts.windows().series() ? forecasts.quantile_levels() : std::vector<double>()};
  if (intervals) out.interval_levels = intervals->options().levels;
  return out;
}

namespace {

/// One pass over a split.
class Pass {
 public:
  Pass(WindowForecasts& forecasts, const SplitRequest& request, PredictionsFile* predictions, AttentionFile* attention)
      : forecasts_(forecasts),
        windows_(forecasts.windows()),
        request_(request),
        predictions_(predictions),
        attention_(attention),
        asked_(places_of(request.quantiles, forecasts.quantile_levels())),
        ends_(forecasts, request) {}

  SplitResult run() {
    const MeasuredWindows measured(windows_, request_.split, request_.origins);
    const std::int64_t count = measured.count(), horizon = windows_.info().horizon;
    if (count == 0 && windows_.count(request_.split) > 0)
      throw data_error(std::string("no window of the ") + split_names[static_cast<std::size_t>(request_.split)] +
                       " split begins where origin_step asks for, counted back from its end: leave origin_step out, or write stride = 1 in "
                       "the stage that slices");
    const std::int64_t targets = std::ssize(windows_.target_names());
    const MetricGroups groups{.steps = horizon, .targets = targets};
    const std::int64_t series = windows_.series() ? windows_.series()->series_count() : 1;
    SplitResult out{.split = request_.split,
                    .windows = count,
                    .values = count_steps(windows_, request_.split, request_.origins) * targets,
                    .series = series,
                    .model = {request_.metrics, groups, series},
                    .naive = {},
                    .reliability = {}};
    if (series > 1) out.windows_of_series.assign(static_cast<std::size_t>(series), 0);
    if (count == 0) throw data_error("split " + out.name() + " has no windows to evaluate: give it more rows in `split`");
    if (windows_.series()) {
      const Metrics simple = of_points(request_.metrics);
      out.naive.emplace(simple, groups, series);
      if (std::ranges::any_of(request_.seasons, [](std::int64_t season) { return season > 1; }))
        out.seasonal.emplace(simple, groups, series);
      if (!forecasts_.quantile_levels().empty()) out.reliability.emplace(forecasts_.quantile_levels(), targets);
    }
    for (std::int64_t first = 0; first < count; first += request_.batch_size) {
      request_.check_cancelled();
      add_batch(measured.numbers(first, std::min(request_.batch_size, count - first)), out);
    }
    return out;
  }

 private:
  void add_batch(std::span<const std::int64_t> indices, SplitResult& out) {
    const WindowBatch windows = forecasts_.of(request_.split, indices);
    const Batch& batch = windows.batch;
    const std::vector<std::int64_t> rows = forecasts_.origins(request_.split, indices);
    const torch::Tensor series = forecasts_.series_of(rows);
    if (!out.windows_of_series.empty()) {
      for (const std::int64_t row : rows) ++out.windows_of_series[static_cast<std::size_t>(windows_.series()->series_of(row))];
    }
    out.model.scaled.add({.forecast = windows.forecast, .truth = batch.y, .weight = windows.weight, .series = series});
    if (windows.loss.defined()) out.model.add_loss(windows.loss, batch.weight);
    if (attention_ && windows.attention.defined())
      attention_->add(windows.levels ? rows : std::vector(indices.begin(), indices.end()), windows.attention);
    if (!windows.levels) {
      if (predictions_) predictions_->add_windows(indices, windows.forecast.cpu().to(torch::kDouble), batch.y.cpu().to(torch::kDouble));
      return;
    }
    if (windows.weight.defined() && batch.weight.defined())
      out.without_scale += ((batch.weight != 0) & (windows.weight == 0)).sum().item<std::int64_t>();
    if (windows.weight.defined() && !batch.weight.defined()) out.without_scale += (windows.weight == 0).sum().item<std::int64_t>();
    const LevelBatch& levels = *windows.levels;
    const torch::Tensor weight = batch.weight.defined() ? batch.weight.cpu() : torch::Tensor();
    const torch::Tensor ends = ends_.of(windows, rows);
    MetricTensors measured{
        .forecast = levels.forecast, .truth = levels.truth, .weight = weight, .series = series, .scales = request_.scales};
    add_simple(*out.naive, levels.naive, levels.naive_scaled, windows, measured);
    if (windows.naive_loss.defined()) out.naive->add_loss(windows.naive_loss, batch.weight);
    if (out.seasonal) {
      const torch::Tensor repeated = last_season(*windows_.series(), rows, windows_.info().horizon, request_.seasons);
      add_simple(*out.seasonal, repeated, on_scaled_series(repeated, rows, *windows_.series()), windows, measured);
    }
    measured.forecast = levels.forecast;
    if (asked_ && windows.quantiles.defined()) {
      measured.levels = request_.quantiles;
      measured.quantiles = windows.quantiles.index_select(3, torch::tensor(*asked_));
    }
    if (ends.defined()) measured.interval_levels = ends_.levels(), measured.intervals = ends;
    out.model.original.add(measured);
    if (out.reliability) out.reliability->add(windows.quantiles, levels.truth, weight);
    if (request_.scores) ends_.add_scores(windows, rows, weight, *request_.scores);
    if (predictions_) predictions_->add_rows(rows, levels, weight, windows.quantiles, request_.intervals ? ends : torch::Tensor());
  }

  /// Adds a forecast that needs no model.
  static void add_simple(Score& score, const torch::Tensor& forecast, const torch::Tensor& scaled, const WindowBatch& windows,
                         MetricTensors& measured) {
    const torch::Tensor& y = windows.batch.y;
    score.scaled.add({.forecast = scaled.to(y.options()), .truth = y, .weight = windows.batch.weight, .series = measured.series});
    measured.forecast = forecast;
    score.original.add(measured);
  }

  WindowForecasts& forecasts_;
  const Windows& windows_;
  const SplitRequest& request_;
  PredictionsFile* predictions_;
  AttentionFile* attention_;
  std::optional<std::vector<std::int64_t>> asked_;  ///< the places of the request's quantiles; nullopt: the model lacks one
  IntervalEnds ends_;
};

}  // namespace

SplitResult evaluate_split(WindowForecasts& forecasts, const SplitRequest& request, PredictionsFile* predictions,
                           AttentionFile* attention) {
  return Pass(forecasts, request, predictions, attention).run();
}

}  // namespace pipeline::stage::evaluate
