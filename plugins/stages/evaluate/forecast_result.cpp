#include "forecast_result.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "pipeline/errors.h"
#include "pipeline/train/levels.h"

namespace pipeline::stage::evaluate {

namespace {

/// One pass over the forecasts for a split.
class ForecastPass {
 public:
  ForecastPass(const Forecasts& forecasts, std::size_t model, const Windows& windows, const SplitRequest& request,
               PredictionsFile* predictions)
      : forecasts_(forecasts),
        model_(model),
        windows_(windows),
        request_(request),
        predictions_(predictions),
        levels_(*windows.series(), windows.info().horizon) {}

  SplitResult run() {
    const std::int64_t count = windows_.count(request_.split), horizon = windows_.info().horizon;
    const auto targets = std::ssize(windows_.target_names());
    const MetricGroups groups{.steps = horizon, .targets = targets};
    const std::int64_t series = windows_.series()->series_count();
    SplitResult out{.split = request_.split,
                    .windows = count,
                    .values = count_steps(windows_, request_.split) * targets,
                    .series = series,
                    .model = {request_.metrics, groups, series},
                    .naive = Score(request_.metrics, groups, series)};
    if (count == 0) throw data_error("split " + out.name() + " has no windows to evaluate: give it more rows in `split`");
    const std::span<const ForecastOrigin> origins = origins_of_split(count);
    for (std::int64_t first = 0; first < count; first += request_.batch_size) {
      request_.check_cancelled();
      const std::int64_t size = std::min(request_.batch_size, count - first);
      add_batch(first, origins.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(size)), out);
    }
    return out;
  }

 private:
  [[nodiscard]] std::span<const ForecastOrigin> origins_of_split(std::int64_t count) {
    const auto split = static_cast<std::int64_t>(request_.split);
    const auto found = std::ranges::equal_range(forecasts_.origins(), split, {}, &ForecastOrigin::split);
    if (std::ssize(found) != count) {
      throw data_error(forecasts_.models()[model_].name + " was forecast from " + std::to_string(std::ssize(found)) + " origins of the " +
                       split_names[static_cast<std::size_t>(split)] + " split, which has " + std::to_string(count) + " windows; " + cure_);
    }
    before_ = static_cast<std::size_t>(found.begin() - forecasts_.origins().begin());
    return {found.begin(), found.end()};
  }

  void add_batch(std::int64_t first, std::span<const ForecastOrigin> origins, SplitResult& out) {
    std::vector<std::int64_t> indices(origins.size()), rows;
    std::iota(indices.begin(), indices.end(), first);
    for (const ForecastOrigin& origin : origins) {
      rows.push_back(origin.row);
      if (origin.row != windows_.origin(request_.split, first + std::ssize(rows) - 1))
        throw data_error(forecasts_.models()[model_].name + " was forecast from other rows than those of the windows; " + cure_);
    }
    const Batch batch = gather_batch(windows_, request_.split, indices, {}, torch::kCPU);
    const torch::Tensor forecast = forecasts_of(before_ + static_cast<std::size_t>(first), origins);
    const torch::Tensor series = series_of(origins), exact = scaled_of(forecast, rows), is_number = exact.isfinite();
    const torch::Tensor scaled = exact.nan_to_num(0, 0, 0);
    torch::Tensor scaled_weight = batch.weight;
    if (!is_number.all().item<bool>()) {  // a logarithm takes no forecast of 0 or less
      scaled_weight = is_number.to(torch::kFloat);
      if (batch.weight.defined()) scaled_weight *= batch.weight;
      out.without_scale += (~is_number).sum().item<std::int64_t>();
    }
    LevelBatch levels = levels_.at(rows, scaled);
    levels.forecast = forecast;  // exact, where that from `scaled` is rounded
    const auto measure = [&](Score& score, const torch::Tensor& in_units, const torch::Tensor& on_series, const torch::Tensor& weight) {
      score.scaled.add({.forecast = on_series, .truth = batch.y.to(torch::kDouble), .weight = weight, .series = series});
      score.original.add(
          {.forecast = in_units, .truth = levels.truth, .weight = batch.weight, .series = series, .scales = request_.scales});
    };
    measure(out.model, levels.forecast, scaled, scaled_weight);
    measure(*out.naive, levels.naive, levels.naive_scaled, batch.weight);
    if (predictions_) predictions_->add_rows(rows, levels, batch.weight);
  }

  /// [B, H, T] the point forecasts.
  [[nodiscard]] torch::Tensor forecasts_of(std::size_t first, std::span<const ForecastOrigin> origins) const {
    const std::int64_t horizon = forecasts_.horizon(), targets = std::ssize(forecasts_.targets());
    const auto width = std::ssize(forecasts_.models()[model_].levels) + 1;
    const auto values = static_cast<std::size_t>(horizon * targets);
    torch::Tensor out = torch::empty({std::ssize(origins), horizon, targets}, torch::kDouble);
    auto* to = out.mutable_data_ptr<double>();
    const double* from = forecasts_.values(model_).data() + first * values * static_cast<std::size_t>(width);
    for (const ForecastOrigin& origin : origins) {
      const std::int64_t own = windows_.horizon_of(origin.series) * targets;
      for (std::int64_t i = 0; i < horizon * targets; ++i, from += width) {
        if (i < own && std::isnan(*from))
          throw data_error(forecasts_.models()[model_].name + " has no forecast of every step of the windows; " + cure_);
        *to++ = i < own ? *from : 0;  // beyond the horizon of the series the weight is 0
      }
    }
    return out;
  }

  /// [B, H, T] the same on the scaled series. A difference is from the forecast of the step before.
  [[nodiscard]] torch::Tensor scaled_of(const torch::Tensor& forecast, std::span<const std::int64_t> rows) const {
    const Series& series = *windows_.series();
    const std::vector<std::int64_t>& columns = series.info().target_columns;
    torch::Tensor out = torch::empty_like(forecast);
    const auto from = forecast.accessor<double, 3>();
    auto to = out.accessor<double, 3>();
    for (std::int64_t i = 0; i < forecast.size(0); ++i) {
      const std::int64_t row = rows[static_cast<std::size_t>(i)];
      for (std::int64_t t = 0; t < forecast.size(2); ++t) {
        const auto target = static_cast<std::size_t>(t);
        const ColumnTransform column = series.column(series.series_of(row), static_cast<std::size_t>(columns[target]));
        double previous = series.targets()[static_cast<std::size_t>(row) * columns.size() + target];
        for (std::int64_t h = 0; h < forecast.size(1); ++h) {
          to[i][h][t] = column.forward(from[i][h][t], previous);
          previous = from[i][h][t];
        }
      }
    }
    return out;
  }

  /// [B] the number of each origin's series; undefined for one series.
  [[nodiscard]] torch::Tensor series_of(std::span<const ForecastOrigin> origins) const {
    if (windows_.series()->series_count() == 1) return {};
    torch::Tensor out = torch::empty({std::ssize(origins)}, torch::kInt64);
    std::ranges::transform(origins, out.mutable_data_ptr<std::int64_t>(), &ForecastOrigin::series);
    return out;
  }

  const Forecasts& forecasts_;
  std::size_t model_;
  const Windows& windows_;
  const SplitRequest& request_;
  PredictionsFile* predictions_;
  Levels levels_;
  std::string cure_ = "run the stage that made the forecasts again";
  std::size_t before_ = 0;  ///< origins of other splits before those of this one
};

}  // namespace

SplitResult evaluate_forecasts(const Forecasts& forecasts, std::size_t model, const Windows& windows, const SplitRequest& request,
                               PredictionsFile* predictions) {
  return ForecastPass(forecasts, model, windows, request, predictions).run();
}

}  // namespace pipeline::stage::evaluate
