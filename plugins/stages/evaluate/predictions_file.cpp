#include "predictions_file.h"

#include <limits>
#include <utility>

namespace pipeline::stage::evaluate {

PredictionsFile::PredictionsFile(std::filesystem::path file, const Windows& windows, bool last_step_only, const PredictionBands& bands)
    : writer_(std::move(file), windows.target_names(), windows.series() != nullptr, series_column_of(windows), bands),
      windows_(windows),
      horizon_(windows.info().horizon),
      targets_(windows.target_names().size()),
      quantiles_(bands.quantile_levels.size()),
      interval_ends_(2 * bands.interval_levels.size()),
      last_step_only_(last_step_only),
      times_(windows.series()),
      panel_(windows.series() && windows.series()->info().panel ? windows.series() : nullptr) {}

void PredictionsFile::add_rows(std::span<const std::int64_t> origins, const LevelBatch& levels, const torch::Tensor& weight,
                               const torch::Tensor& quantiles, const torch::Tensor& intervals) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  const torch::Tensor truths = weight.defined() ? levels.truth.masked_fill(weight == 0, unknown) : levels.truth;
  const torch::Tensor at_levels = quantiles.defined() ? quantiles.contiguous() : quantiles;
  Numbers next{.truth = truths.const_data_ptr<double>(),
               .forecast = levels.forecast.const_data_ptr<double>(),
               .naive = levels.naive.const_data_ptr<double>(),
               .quantiles = at_levels.defined() ? at_levels.const_data_ptr<double>() : nullptr,
               .intervals = intervals.defined() ? intervals.const_data_ptr<double>() : nullptr};
  const std::size_t values = static_cast<std::size_t>(horizon_) * targets_;
  for (const std::int64_t origin : origins) {
    if (panel_ && panel_->series_of(origin) != last_series_) writer_.begin_series(panel_->id(last_series_ = panel_->series_of(origin)));
    add_steps(
        times_.at(origin), panel_ ? windows_.horizon_of(last_series_) : horizon_,
        [&](std::int64_t step) { return times_.at(origin + step); }, next);
    next.truth += values, next.forecast += values, next.naive += values;
    if (next.quantiles) next.quantiles += values * quantiles_;
    if (next.intervals) next.intervals += values * interval_ends_;
  }
}

void PredictionsFile::add_windows(std::span<const std::int64_t> indices, const torch::Tensor& forecast, const torch::Tensor& truth) {
  const torch::Tensor forecasts = forecast.contiguous(), truths = truth.contiguous();
  Numbers next{.truth = truths.const_data_ptr<double>(), .forecast = forecasts.const_data_ptr<double>()};
  const std::size_t values = static_cast<std::size_t>(horizon_) * targets_;
  for (const std::int64_t window : indices) {
    add_steps(
        std::to_string(window), horizon_, [&](std::int64_t step) { return std::to_string(window + step); }, next);
    next.truth += values, next.forecast += values;
  }
}

void PredictionsFile::add_steps(std::string_view origin, std::int64_t steps, const auto& time_of_step, const Numbers& numbers) {
  const auto part = [](const double* all, std::size_t first, std::size_t count) {
    return all ? std::span(all + first, count) : std::span<const double>();
  };
  for (std::int64_t h = last_step_only_ ? steps - 1 : 0; h < steps; ++h) {
    const std::size_t at = static_cast<std::size_t>(h) * targets_;
    writer_.add(origin, time_of_step(h + 1), h + 1, {numbers.truth + at, targets_}, {numbers.forecast + at, targets_},
                part(numbers.naive, at, targets_), part(numbers.quantiles, at * quantiles_, targets_ * quantiles_),
                part(numbers.intervals, at * interval_ends_, targets_ * interval_ends_));
  }
}

}  // namespace pipeline::stage::evaluate
