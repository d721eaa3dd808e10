#include "network_members.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>

#include <c10/core/InferenceMode.h>

#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/training_record.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/train/levels.h"
#include "pipeline/train/torch_settings.h"
#include "pipeline/train/trained_model.h"

namespace pipeline::stage::ensemble {

namespace {

constexpr std::int64_t windows_at_once = 256;  // as evaluate, so that both have the same numbers

/// Writes the forecasts of some origins, [B, H, T] and [B, H, T, Q], to `out` [B, H, T, 1 + Q], whose cells beyond a series' own horizon
/// stay as they are. False: a value is no number.
bool write(const torch::Tensor& point, const torch::Tensor& quantiles, std::span<const ForecastOrigin> origins, const Windows& windows,
           std::span<double> out) {
  const auto targets = static_cast<std::size_t>(point.size(2)), horizon = static_cast<std::size_t>(point.size(1));
  const std::size_t levels = quantiles.defined() ? static_cast<std::size_t>(quantiles.size(3)) : 0;
  const torch::Tensor dense = quantiles.defined() ? quantiles.contiguous() : quantiles;
  const double* value = point.const_data_ptr<double>();
  const double* quantile = dense.defined() ? dense.const_data_ptr<double>() : nullptr;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const std::size_t own = static_cast<std::size_t>(windows.horizon_of(origins[i].series)) * targets;
    for (std::size_t at = i * horizon * targets; at < i * horizon * targets + own; ++at) {
      const std::span<double> cell = out.subspan(at * (1 + levels), 1 + levels);
      cell[0] = value[at];
      if (quantile) std::copy_n(quantile + at * levels, levels, cell.begin() + 1);
      if (!std::ranges::all_of(cell, [](double number) { return std::isfinite(number); })) return false;
    }
  }
  return true;
}

std::vector<double> levels_of(const TrainedModel& model, std::span<const double> wanted) {
  const OutputSpec output = model.loss->output();
  return output.kind == OutputSpec::Kind::distribution ? std::vector<double>(wanted.begin(), wanted.end()) : output.levels;
}

/// Forecasts the windows of a split. `out`: of its origins.
void forecast_split(const TrainedModel& model, Split split, std::span<const double> levels, std::span<const ForecastOrigin> origins,
                    std::span<double> out, torch::Device device, const StageContext& context) {
  const Windows& windows = *model.windows;
  const Levels in_units(*windows.series(), windows.info().horizon);
  const bool is_point = model.loss->output().kind == OutputSpec::Kind::point;
  const std::size_t size = out.size() / std::max<std::size_t>(origins.size(), 1);
  for (std::int64_t first = 0; first < std::ssize(origins); first += windows_at_once) {
    if (context.cancelled()) throw Error(ExitStatus::interrupted, "interrupted while forecasting with " + model.training.stage);
    std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(windows_at_once, std::ssize(origins) - first))), rows;
    std::iota(indices.begin(), indices.end(), first);
    const auto part = origins.subspan(static_cast<std::size_t>(first), indices.size());
    for (const ForecastOrigin& origin : part) rows.push_back(origin.row);
    Forecast made = model.forecaster(gather_batch(windows, split, indices, model.forecaster.inputs(), device));
    if (!is_point) made = call(model.loss, "complete", &Loss::complete, std::move(made), levels);
    const torch::Tensor quantiles = made.quantiles.defined() ? in_units.quantiles(rows, made.quantiles.cpu()) : torch::Tensor();
    if (!write(in_units.forecast(rows, made.values.cpu()).contiguous(), quantiles, part, windows,
               out.subspan(static_cast<std::size_t>(first) * size, part.size() * size)))
      throw data_error(model.training.stage +
                       " forecasts a value that is no number, which an ensemble cannot combine: leave it out of `models`");
  }
}

void write_forecasts(const TrainedModel& model, const std::vector<double>& levels, const std::filesystem::path& folder,
                     torch::Device device, const StageContext& context) {
  ForecastsWriter writer(folder, *model.windows, model.training.windows);
  const std::span<double> out = writer.add(model.training.model_type, levels);
  const std::span<const ForecastOrigin> origins = writer.origins();
  const std::size_t size = out.size() / std::max<std::size_t>(origins.size(), 1);
  for (std::size_t first = 0; first < origins.size();) {
    const auto split = static_cast<Split>(origins[first].split);
    const auto count = static_cast<std::size_t>(model.windows->count(split));
    forecast_split(model, split, levels, origins.subspan(first, count), out.subspan(first * size, count * size), device, context);
    first += count;
  }
  writer.finish();
}

}  // namespace

NetworkForecasts forecast_windows(const Artifact& checkpoint, std::span<const double> levels, const std::filesystem::path& folder,
                                  const StageContext& context) {
  const c10::InferenceMode no_gradients;
  const TorchSettings settings({.threads = context.settings.threads, .matmul_precision = context.settings.matmul_precision});
  const torch::Device device = resolve_device(context.settings.device);
  const auto start = std::chrono::steady_clock::now();
  TrainingRecord training = read_training(checkpoint);
  const std::filesystem::path file = choose_checkpoint(training, "best", context);
  const TrainedModel model = load_trained(std::move(training), file, context.registry, device);
  if (!model.windows->series())
    throw usage_error(checkpoint.stage +
                      " was trained on windows made elsewhere, which have no units to be combined in: leave it out of `models`");
  const std::vector<double> own_levels = levels_of(model, levels);
  make_folder(folder);
  write_forecasts(model, own_levels, folder, device, context);
  auto forecasts = Forecasts::open(folder);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  context.log.info(checkpoint.stage + ": " + format_count(std::ssize(forecasts->origins())) + " origins in " + format_short(seconds) +
                   " s");
  return {.forecasts = std::move(forecasts), .checkpoint = file};
}

}  // namespace pipeline::stage::ensemble
