#include "checkpoint_predictor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <c10/core/InferenceMode.h>

#include "known.h"
#include "pipeline/data/format.h"
#include "pipeline/data/prepare.h"
#include "pipeline/data/windows.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/host/origins.h"
#include "pipeline/train/checkpoint.h"
#include "pipeline/train/forecaster.h"
#include "pipeline/train/levels.h"
#include "pipeline/train/torch_settings.h"

namespace pipeline::predictor::checkpoint {

namespace {

constexpr std::size_t batch_size = 256;

std::optional<CheckpointInfo> info_of(const PredictRequest& request) {
  if (!request.task) return std::nullopt;
  return CheckpointInfo::of(request.task->model.type, request.task->model.options, *Windows::open(request.task->windows));
}

/// Whether all options for reading more data are present and of their types.
bool reads_more(const SeriesInfo& series) {
  const Value& source = series.source;
  if (!source.is_map()) return false;
  PrepareOptions known;
  known.source = {"-"}, known.features = series.features, known.target = series.targets;
  Value options = to_value(known);
  std::vector<const char*> names{"delimiter", "decimal", "time_column", "time_format", "gaps", "na_values", "missing"};
  if (series.panel) names.push_back("layout");
  if (series.panel && !source.find("wide")) names.push_back("series_column");
  if (series.panel && !series.panel->groups.empty()) names.push_back("frequency_column");
  for (const char* name : names) {
    if (!source.find(name)) return false;
  }
  const Schema schema = make_schema<PrepareOptions>();
  for (const auto& [name, option] : source.as_map()) {
    if (schema.find(name)) options[name] = option;  // others are findings: "zone", "local_days", "wide"
  }
  return check_options(schema, options).empty();
}

const SeriesInfo& series_of(const CheckpointInfo& info, const PredictRequest& request) {
  if (info.series && reads_more(*info.series)) return *info.series;
  if (info.series)
    throw training_error("checkpoint " + request.checkpoint.string() + ": it does not say how more data like its series are read");
  throw training_error("checkpoint " + request.checkpoint.string() +
                       ": it was trained on windows made elsewhere (feature_path, target_path), so it does not know the columns of a file; "
                       "train on a source file to use predict");
}

/// The rows of the request's file. The training fixed the options for reading, so an error can only be mended in the file.
bool reads_ahead(const LoadedModel& loaded) {
  const Inputs reads = loaded.model->inputs();
  return reads.contains(Input::future) || reads.contains(Input::future_codes);
}

PreparedInput read_rows(const PredictRequest& request, const LoadedModel& loaded, const SeriesInfo& series) {
  const CheckpointInfo& info = loaded.info;
  return read_input(
      request, series,
      {.horizon = series.known_future.empty() ? 0 : info.horizon,
       .horizons = horizons_of_groups(info.horizons, series),
       .series = request.series,
       .future = request.future,
       .partly = wants_several(request) || !reads_ahead(loaded),
       .registry = &request.registry,
       .scales = info.scales ? &*info.scales : nullptr,
       .history = [&](std::span<const std::int64_t> time) { return rows_of_history(time, series, info.least_rows(), request); }});
}

/// Warns of values in the windows that are not measurements.
void warn_of_filled_values(const PreparedInput& input, const SeriesInfo& series, std::span<const InputOrigin> origins, std::int64_t window,
                           Log& log) {
  const std::size_t columns = series.columns.size(), features = series.features.size();
  std::int64_t filled = 0, counted = 0;  // rows before `counted` are counted already
  for (const InputOrigin& origin : origins) {
    for (std::int64_t row = std::max({counted, origin.row - window + 1, origin.segment_begin}); row <= origin.row; ++row) {
      const auto seen = std::span(input.observed).subspan(static_cast<std::size_t>(row) * columns, features);
      filled += std::ranges::count(seen, std::uint8_t{0});
    }
    counted = origin.row + 1;
  }
  if (filled == 0) return;
  log.warning(format_count(filled) + (filled == 1 ? " value is" : " values are") +
              " missing where the model looks back, and filled as in training (missing = " + to_toml(series.source.at("missing")) + ")");
}

/// With a window_norm (each window less its last value, or standardised) the model needs the targets' past besides its features.
void require_targets(const PreparedInput& input, const CheckpointInfo& info, const SeriesInfo& series, const PredictRequest& request) {
  if (info.window_norm == WindowNorm::none) return;
  for (std::size_t t = 0; t < series.targets.size(); ++t) {
    const auto is_known = [&](std::int64_t row) {
      return !std::isnan(input.targets[static_cast<std::size_t>(row) * series.targets.size() + t]);
    };
    if (std::ranges::any_of(std::views::iota(std::int64_t{0}, input.rows()), is_known)) continue;
    throw data_error(request.input.string() + ": there is no value of column \"" + series.targets[t] +
                     "\", which the model needs beside its features: its forecasts are told from the past of what they forecast "
                     "(window_norm = \"" +
                     word_of(info.window_norm) + "\")");
  }
}

/// Tells which series of the forecast are scaled by their own rows, since the training did not know them.
void warn_of_unknown_series(const PreparedInput& input, const CheckpointInfo& info, std::span<const InputOrigin> origins,
                            const PredictRequest& request) {
  if (!info.scales) return;
  const std::unordered_set<std::string_view> known(info.scales->ids.begin(), info.scales->ids.end());
  std::int64_t all = 0, unknown = 0, before = -1;
  std::string first;
  for (const InputOrigin& origin : origins) {
    const std::int64_t series = input.panel().series_of(origin.row);
    if (std::exchange(before, series) == series) continue;
    ++all;
    const std::string& id = input.ids[static_cast<std::size_t>(series)];
    if (!known.contains(id) && ++unknown == 1) first = id;
  }
  if (unknown == 0) return;
  const bool several = wants_several(request);
  request.log.warning(
      format_count(unknown) + " of " + format_count(all) + " series " +
      (unknown == 1 ? "was not in the training: it is scaled by its own rows"
                    : "were not in the training: each is scaled by its own rows") +
      (several ? ", those up to its first forecast alone, so that the same origin has another forecast without --all or --from" : "") +
      ": " + first + (unknown > 1 ? ", ..." : ""));
}

/// Warns of times that may be hours away from those of the training.
void warn_of_other_offsets(const PreparedInput& input, const SeriesInfo& series, const PredictRequest& request) {
  if (!series.has_time || input.utc == series.utc) return;
  request.log.warning(request.input.string() + ": its times have " +
                      (input.utc ? "offsets and become UTC; those of the training had none, and stayed as written"
                                 : "no offsets and stay as written; those of the training had some, and became UTC"));
}

/// Warns of guessed times: in a series with gaps a step is a row, and the times of future rows are unknown.
void warn_of_guessed_times(const PreparedInput& input, const SeriesInfo& series, std::span<const InputOrigin> origins, std::int64_t horizon,
                           Log& log) {
  if (!series.has_time || series.source.at("gaps") != Value("allow")) return;
  const bool beyond = std::ranges::any_of(origins, [&](const InputOrigin& origin) { return origin.row + horizon >= origin.segment_end; });
  std::int64_t shortest = std::numeric_limits<std::int64_t>::max(), longest = 0;
  for (std::size_t row = 1; row < input.time.size(); ++row) {
    if (std::ranges::binary_search(input.series_start, static_cast<std::int64_t>(row))) continue;  // another series begins
    shortest = std::min(shortest, input.time[row] - input.time[row - 1]);
    longest = std::max(longest, input.time[row] - input.time[row - 1]);
  }
  if (beyond && longest > shortest)
    log.warning(
        "the data leave times out (gaps = \"allow\"), and so may those to come: step 1 is the next row, step 2 the one after it, "
        "whatever their times, which are counted on by the step");
}

/// The levels of the quantiles that the model forecasts: its own, or those that the request asks of a distribution.
std::vector<double> quantile_levels_of(const LoadedModel& loaded, const PredictRequest& request) {
  if (!loaded.loss) return {};
  const OutputSpec& output = loaded.info.shape.output;
  return output.kind == OutputSpec::Kind::quantiles ? output.levels : request.quantiles;
}

/// The windows that the model was trained on, for their lengths.
WindowsInfo windows_of(const CheckpointInfo& info) {
  WindowsInfo out;
  out.window = info.window, out.horizon = info.horizon, out.min_observed = info.min_observed;
  out.horizons = info.horizons;
  return out;
}

}  // namespace

void CheckpointPredictor::predict(const PredictRequest& request, ForecastReceiver& out) {
  const c10::InferenceMode no_gradients;
  const TorchSettings settings{TorchWishes{}};
  const torch::Device device = resolve_device(request.device);
  const LoadedModel loaded = load_model(request.checkpoint, request.registry, device, info_of(request));
  const CheckpointInfo& info = loaded.info;
  const SeriesInfo& series = series_of(info, request);
  const PreparedInput input = read_rows(request, loaded, series);
  const std::vector<InputOrigin> origins = find_origins(input, series, windows_of(info), request, reads_ahead(loaded));
  require_targets(input, info, series, request);
  warn_of_unknown_series(input, info, origins, request);
  warn_of_other_offsets(input, series, request);
  warn_of_filled_values(input, series, origins, info.window, request.log);
  warn_of_guessed_times(input, series, origins, info.horizon, request.log);

  const Forecaster forecaster(loaded.model, info.window_norm, info.shape);
  const std::unique_ptr<const WindowSource> source =
      input_source(input, series, info.window, info.horizon, horizons_of_groups(info.horizons, series), info.min_observed > 0);
  const std::vector<std::int64_t> horizons = horizons_of_series(input, series, info.horizon, info.horizons);
  const Levels levels(series, input.targets, info.horizon, input.panel());
  const std::vector<double> quantile_levels = quantile_levels_of(loaded, request);
  out.begin({.series = series, .input = input, .horizon = info.horizon, .quantile_levels = quantile_levels});
  for (std::size_t done = 0; done < origins.size(); done += batch_size) {
    const std::span<const InputOrigin> part = std::span(origins).subspan(done, std::min(batch_size, origins.size() - done));
    std::vector<std::int64_t> rows, first_rows;
    for (const InputOrigin& origin : part) rows.push_back(origin.row), first_rows.push_back(origin.row - info.window + 1);
    Forecast made = forecaster(gather_batch(*source, first_rows, forecaster.inputs(), device));
    if (loaded.loss) made = call(loaded.loss, "complete", &Loss::complete, std::move(made), std::span<const double>(quantile_levels));
    const torch::Tensor values = made.values.cpu();
    require_known(values, rows, input, series, request);
    const torch::Tensor forecasts = levels.forecast(rows, values);  // [B, H, T]
    const torch::Tensor quantiles = made.quantiles.defined() ? levels.quantiles(rows, made.quantiles.cpu()) : torch::Tensor();
    const double* forecast = forecasts.const_data_ptr<double>();
    const double* quantile = quantiles.defined() ? quantiles.const_data_ptr<double>() : nullptr;
    const auto size = static_cast<std::size_t>(info.horizon) * series.targets.size();
    for (const InputOrigin& origin : part) {
      const auto of = static_cast<std::size_t>(input.panel().series_of(origin.row));
      const std::int64_t horizon = horizons[horizons.size() == 1 ? 0 : of];
      const std::size_t own = static_cast<std::size_t>(horizon) * series.targets.size();
      require_finite({forecast, own}, {quantile, quantile ? own * quantile_levels.size() : 0}, origin.row, input, series, request);
      out.add({.row = origin.row,
               .times = target_times(input, series, origin, horizon),
               .point = {forecast, own},
               .quantiles = {quantile, quantile ? own * quantile_levels.size() : 0}});
      forecast += size;
      if (quantile) quantile += size * quantile_levels.size();
    }
  }
}

}  // namespace pipeline::predictor::checkpoint
