#include "local_predictor.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/data/format.h"
#include "pipeline/data/local_forecaster.h"
#include "pipeline/data/prepare.h"
#include "pipeline/data/season.h"
#include "pipeline/data/windows.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/host/origins.h"

namespace pipeline::predictor::checkpoint {

namespace {

std::vector<double> numbers_of(const Value* list) {
  std::vector<double> out;
  for (const Value& number : list && list->is_list() ? list->as_list() : Value::List()) out.push_back(number.as_double());
  return out;
}

/// The options of a model in those of its stage.
Value options_of(const StageTask& task) {
  const Value* by_model = task.options.find("options");
  const Value* own = by_model && by_model->is_map() ? by_model->find(task.model) : nullptr;
  return own ? *own : Value(Value::Map{});
}

/// The forecast of one origin.
struct OriginForecast {
  std::vector<double> values;     ///< [H, T]
  std::vector<double> quantiles;  ///< [H, T, Q]; empty: the model has none
};

class LocalForecasts {
 public:
  LocalForecasts(const PredictRequest& request, const SeriesInfo& series, const PreparedInput& input)
      : name_(request.stage->model),
        levels_(numbers_of(request.stage->options.find("quantiles"))),
        file_(request.input.string()),
        input_(input),
        target_names_(series.targets),
        targets_(series.targets.size()),
        seasons_(season_lengths(request.stage->settings.season_length, series)),
        model_(request.registry.make<LocalForecaster>(name_, options_of(*request.stage))),
        naive_(request.registry.make<LocalForecaster>("Naive", Value(Value::Map{}))) {}

  [[nodiscard]] OriginForecast from(const InputOrigin& origin, std::int64_t horizon) {
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

  /// Of the quantiles.
  [[nodiscard]] const std::vector<double>& levels() const { return levels_; }
  /// Warns of the histories that the model could not forecast.
  void warn_of_replaced(Log& log) const {
    if (replaced_ == 0) return;
    log.warning(name_ + " cannot forecast " + format_count(replaced_) + (replaced_ == 1 ? " history" : " histories") +
                ", where the last value stands instead: " + reason_);
  }

 private:
  [[nodiscard]] std::vector<double> history(const InputOrigin& origin, std::size_t target) const {
    std::int64_t first =
        input_.panel().start.empty() ? 0 : input_.series_start[static_cast<std::size_t>(input_.panel().series_of(origin.row))];
    if (!input_.segments.empty())
      first = std::max(first, std::prev(std::ranges::upper_bound(input_.segments, origin.row, {}, &Segment::first))->first);
    std::vector<double> out;
    for (std::int64_t row = first; row <= origin.row; ++row)
      out.push_back(input_.targets[static_cast<std::size_t>(row) * targets_ + target]);
    return out;
  }

  [[nodiscard]] std::int64_t season_of(const InputOrigin& origin) const {
    return seasons_[seasons_.size() == 1
                        ? 0
                        : static_cast<std::size_t>(input_.panel().group_of(input_.panel().series_of(origin.row)).value_or(0))];
  }

  [[nodiscard]] LocalForecast of_target(const InputOrigin& origin, std::size_t target, std::int64_t horizon) {
    const std::vector<double> known = history(origin, target);
    if (std::ranges::any_of(known, [](double value) { return !std::isfinite(value); }))
      throw data_error(file_ + ": column \"" + target_names_[target] + "\" has a row without a value before the forecast, which " + name_ +
                       " continues: fill it in");
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
    return call(model, "forecast", &LocalForecaster::forecast, horizon, std::span<const double>(levels_));
  }

  void note(const std::string& reason) {
    if (replaced_++ == 0) reason_ = reason;
  }

  std::string name_;
  std::vector<double> levels_;
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

void LocalPredictor::predict(const PredictRequest& request, ForecastReceiver& out) {
  const auto windows = Windows::open(request.stage->windows);
  const Series* of_training = windows->series();
  if (!of_training) throw usage_error("predict needs the columns of a series, and these windows were made elsewhere");
  const SeriesInfo& series = of_training->info();
  const Horizons& by_word = windows->info().horizons;
  const PreparedInput input = read_input(request, series,
                                         {.horizon = series.known_future.empty() ? 0 : windows->info().horizon,
                                          .horizons = horizons_of_groups(by_word, series),
                                          .series = request.series,
                                          .future = request.future,
                                          .partly = true,
                                          .registry = &request.registry,
                                          .scales = nullptr,
                                          .history = [&](std::span<const std::int64_t> time) { return std::ssize(time); }});
  WindowsInfo task = windows->info();
  if (!wants_several(request))
    task.window = 1, task.min_observed = 0;  // a single forecast needs one row; several begin where the windows do
  const std::vector<InputOrigin> origins = find_origins(input, series, task, request, false);
  const std::vector<std::int64_t> horizons = horizons_of_series(input, series, windows->info().horizon, by_word);
  const auto horizon_of = [&](const InputOrigin& origin) {
    return horizons[horizons.size() == 1 ? 0 : static_cast<std::size_t>(input.panel().series_of(origin.row))];
  };

  LocalForecasts model(request, series, input);
  std::vector<OriginForecast> forecasts;
  bool has_quantiles = true;  // Naive, which stands in, has some where the model has none
  for (const InputOrigin& origin : origins) {
    forecasts.push_back(model.from(origin, horizon_of(origin)));
    has_quantiles = has_quantiles && !forecasts.back().quantiles.empty();
  }
  model.warn_of_replaced(request.log);
  out.begin({.series = series,
             .input = input,
             .horizon = windows->info().horizon,
             .quantile_levels = has_quantiles ? model.levels() : std::vector<double>()});
  for (std::size_t i = 0; i < origins.size(); ++i) {
    out.add({.row = origins[i].row,
             .times = target_times(input, series, origins[i], horizon_of(origins[i])),
             .point = forecasts[i].values,
             .quantiles = has_quantiles ? std::span<const double>(forecasts[i].quantiles) : std::span<const double>()});
  }
}

}  // namespace pipeline::predictor::checkpoint
