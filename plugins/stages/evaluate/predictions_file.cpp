#include "predictions_file.h"

#include <limits>
#include <utility>

namespace pipeline::stage::evaluate {

PredictionsFile::PredictionsFile(std::filesystem::path file, const Windows& windows, bool last_step_only)
    : writer_(std::move(file), windows.target_names(), windows.series() != nullptr, series_column_of(windows)),
      windows_(windows),
      horizon_(windows.info().horizon),
      targets_(windows.target_names().size()),
      last_step_only_(last_step_only),
      times_(windows.series()),
      panel_(windows.series() && windows.series()->info().panel ? windows.series() : nullptr) {}

void PredictionsFile::add_rows(std::span<const std::int64_t> origins, const LevelBatch& levels, const torch::Tensor& weight) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  const torch::Tensor truths = weight.defined() ? levels.truth.masked_fill(weight == 0, unknown) : levels.truth;
  const double* truth = truths.const_data_ptr<double>();
  const double* forecast = levels.forecast.const_data_ptr<double>();
  const double* naive = levels.naive.const_data_ptr<double>();
  const std::int64_t values = horizon_ * static_cast<std::int64_t>(targets_);
  for (const std::int64_t origin : origins) {
    if (panel_ && panel_->series_of(origin) != last_series_) writer_.begin_series(panel_->id(last_series_ = panel_->series_of(origin)));
    add_steps(
        times_.at(origin), panel_ ? windows_.horizon_of(last_series_) : horizon_,
        [&](std::int64_t step) { return times_.at(origin + step); }, truth, forecast, naive);
    truth += values, forecast += values, naive += values;
  }
}

void PredictionsFile::add_windows(std::span<const std::int64_t> indices, const torch::Tensor& forecast, const torch::Tensor& truth) {
  const torch::Tensor forecasts = forecast.contiguous(), truths = truth.contiguous();
  const double* predicted = forecasts.const_data_ptr<double>();
  const double* actual = truths.const_data_ptr<double>();
  const std::int64_t values = horizon_ * static_cast<std::int64_t>(targets_);
  for (const std::int64_t window : indices) {
    add_steps(
        std::to_string(window), horizon_, [&](std::int64_t step) { return std::to_string(window + step); }, actual, predicted, nullptr);
    predicted += values, actual += values;
  }
}

void PredictionsFile::add_steps(std::string_view origin, std::int64_t steps, const auto& time_of_step, const double* truth,
                                const double* forecast, const double* naive) {
  for (std::int64_t h = last_step_only_ ? steps - 1 : 0; h < steps; ++h) {
    const std::size_t at = static_cast<std::size_t>(h) * targets_;
    const std::span<const double> beside = naive ? std::span(naive + at, targets_) : std::span<const double>();
    writer_.add(origin, time_of_step(h + 1), h + 1, {truth + at, targets_}, {forecast + at, targets_}, beside);
  }
}

}  // namespace pipeline::stage::evaluate
