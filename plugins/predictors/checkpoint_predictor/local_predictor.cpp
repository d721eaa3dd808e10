#include "local_predictor.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "forecast_csv.h"
#include "forecast_intervals.h"
#include "origins.h"
#include "pipeline/data/format.h"
#include "pipeline/data/local_forecaster.h"
#include "pipeline/data/prepare.h"
#include "pipeline/data/season.h"
#include "pipeline/data/windows.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"

namespace pipeline::predictor::checkpoint {

namespace {

/// The forecast of one origin.
struct OriginForecast {
  std::vector<double> values;     ///< [H, T]
  std::vector<double> quantiles;  ///< [H, T, Q]; empty: the model has none
};

class LocalForecasts {
 public:
  LocalForecasts(const PredictRequest& request, const SeriesInfo& series, const PreparedInput& input)
      : task_(*request.local),
        file_(request.input.string()),
        input_(input),
        target_names_(series.targets),
        targets_(series.targets.size()),
        seasons_(season_lengths(task_.season_length, series)),
        model_(request.registry.make<LocalForecaster>(task_.forecaster.type, task_.forecaster.options)),
        naive_(request.registry.make<LocalForecaster>("Naive", Value(Value::Map{}))) {}

  [[nodiscard]] OriginForecast from(const Origin& origin, std::int64_t horizon) {
    OriginForecast out{.values = std::vector<double>(static_cast<std::size_t>(horizon) * targets_), .quantiles = {}};
    for (std::size_t target = 0; target < targets_; ++target) {
      const LocalForecast forecast = of_target(origin, target, horizon);
      const std::size_t levels = forecast.quantiles.size() / static_cast<std::size_t>(horizon);
      out.quantiles.resize(out.values.size() * levels);
      for (std::size_t h = 0; h < forecast.values.size(); ++h) {
        out.values[h * targets_ + target] = forecast.values[h];
        std::ranges::copy(std::span(forecast.quantiles).subspan(h * levels, levels),
                          out.quantiles.begin() + static_cast<std::ptrdiff_t>((h * targets_ + target) * levels));
      }
    }
    return out;
  }

  /// Warns of the histories that the model could not forecast.
  void warn_of_replaced(Log& log) const {
    if (replaced_ == 0) return;
    log.warning(task_.forecaster.type + " cannot forecast " + format_count(replaced_) + (replaced_ == 1 ? " history" : " histories") +
                ", where the last value stands instead: " + reason_);
  }

 private:
  [[nodiscard]] std::vector<double> history(const Origin& origin, std::size_t target) const {
    std::int64_t first =
        input_.panel().start.empty() ? 0 : input_.series_start[static_cast<std::size_t>(input_.panel().series_of(origin.row))];
    if (!input_.segments.empty())
      first = std::max(first, std::prev(std::ranges::upper_bound(input_.segments, origin.row, {}, &Segment::first))->first);
    std::vector<double> out;
    for (std::int64_t row = first; row <= origin.row; ++row)
      out.push_back(input_.targets[static_cast<std::size_t>(row) * targets_ + target]);
    return out;
  }

  [[nodiscard]] std::int64_t season_of(const Origin& origin) const {
    return seasons_[seasons_.size() == 1
                        ? 0
                        : static_cast<std::size_t>(input_.panel().group_of(input_.panel().series_of(origin.row)).value_or(0))];
  }

  [[nodiscard]] LocalForecast of_target(const Origin& origin, std::size_t target, std::int64_t horizon) {
    const std::vector<double> known = history(origin, target);
    if (std::ranges::any_of(known, [](double value) { return !std::isfinite(value); }))
      throw data_error(file_ + ": column \"" + target_names_[target] + "\" has a row without a value before the forecast, which " +
                       task_.forecaster.type + " continues: fill it in");
    try {
      const LocalForecast forecast = made_by(model_, known, season_of(origin), horizon);
      const auto finite = [](double value) { return std::isfinite(value); };
      if (std::ranges::all_of(forecast.values, finite) && std::ranges::all_of(forecast.quantiles, finite)) return forecast;
      note("it forecasts values that are no numbers");
    } catch (const Error& error) {
      if (error.status() != ExitStatus::data) throw;
      note(error.what());
    }
    return made_by(naive_, known, season_of(origin), horizon);
  }

  [[nodiscard]] LocalForecast made_by(const Component<LocalForecaster>& model, std::span<const double> known, std::int64_t season,
                                      std::int64_t horizon) const {
    call(model, "fit", &LocalForecaster::fit, known, season);
    return call(model, "forecast", &LocalForecaster::forecast, horizon, std::span<const double>(task_.levels));
  }

  void note(const std::string& reason) {
    if (replaced_++ == 0) reason_ = reason;
  }

  const LocalTask& task_;
  std::string file_;
  const PreparedInput& input_;
  std::vector<std::string> target_names_;
  std::size_t targets_;
  std::vector<std::int64_t> seasons_;
  Component<LocalForecaster> model_, naive_;
  std::int64_t replaced_ = 0;
  std::string reason_;
};

}  // namespace

void LocalPredictor::predict(const PredictRequest& request, std::ostream& out) {
  const auto windows = Windows::open(request.local->windows);
  const Series* of_training = windows->series();
  if (!of_training) throw usage_error("predict needs the columns of a series, and these windows were made elsewhere");
  const SeriesInfo& series = of_training->info();
  const Horizons& by_word = windows->info().horizons;
  const PreparedInput input = read_like(request.input, series,
                                        {.horizon = 0,
                                         .horizons = horizons_of_groups(by_word, series),
                                         .series = request.series,
                                         .future = {},
                                         .registry = &request.registry,
                                         .scales = nullptr,
                                         .history = [&](std::span<const std::int64_t> time) { return std::ssize(time); }});
  CheckpointInfo task;  // a single forecast needs one row; several begin where the windows do
  task.window = wants_several(request) ? windows->info().window : 1;
  task.horizon = windows->info().horizon;
  task.horizons = by_word;
  const std::vector<Origin> origins = find_origins(input, series, task, request);
  const std::vector<std::int64_t> horizons = horizons_of_series(input, series, windows->info().horizon, by_word);
  const auto series_of = [&](const Origin& origin) { return static_cast<std::size_t>(input.panel().series_of(origin.row)); };
  const auto horizon_of = [&](const Origin& origin) { return horizons[horizons.size() == 1 ? 0 : series_of(origin)]; };

  LocalForecasts model(request, series, input);
  std::vector<OriginForecast> forecasts;
  std::vector<std::int64_t> rows;
  bool has_quantiles = true;  // Naive, which stands in, has some where the model has none
  for (const Origin& origin : origins) {
    forecasts.push_back(model.from(origin, horizon_of(origin)));
    has_quantiles = has_quantiles && !forecasts.back().quantiles.empty();
    rows.push_back(origin.row);
  }
  model.warn_of_replaced(request.log);
  const std::vector<double> levels = has_quantiles ? request.local->levels : std::vector<double>();
  const ForecastIntervals intervals(request, series, input, windows->info().horizon, levels);
  intervals.warn_of_unknown_series(rows, request.log);
  ForecastCsv csv(out, series, input, {.quantile_levels = levels, .interval_levels = intervals.levels()});
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const Origin& origin = origins[i];
    if (series.panel) csv.begin_series(input.ids[series_of(origin)]);
    const std::span<const double> quantiles = has_quantiles ? std::span<const double>(forecasts[i].quantiles) : std::span<const double>();
    csv.add(input.time[static_cast<std::size_t>(origin.row)], target_times(input, series, origin, horizon_of(origin)), forecasts[i].values,
            quantiles, intervals.of(origin.row, forecasts[i].values, quantiles));
  }
}

}  // namespace pipeline::predictor::checkpoint
