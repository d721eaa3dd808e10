#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <torch/types.h>

#include "forecast_models.h"
#include "pipeline/data/windows.h"
#include "pipeline/torch/loss.h"
#include "pipeline/train/levels.h"
#include "pipeline/train/trained_model.h"

namespace pipeline::stage::evaluate {

/// A model's forecasts of B windows beside the truth. Shapes are [B, H, T] unless said.
struct WindowBatch {
  Batch batch;                         ///< y and weight, on the scaled series
  torch::Tensor forecast{};            ///< the point, on the scaled series
  torch::Tensor weight{};              ///< of `forecast`: 0 also where a transform cannot take it; undefined: all count
  std::optional<LevelBatch> levels{};  ///< in original units, on the CPU; absent for windows made elsewhere
  torch::Tensor quantiles{};           ///< [B, H, T, Q] in original units, on the CPU; undefined: there are none
  torch::Tensor loss{}, naive_loss{};  ///< of every value, of the model and of repeating the last value; undefined: there is none
  torch::Tensor attention{};           ///< [B, W]; undefined: the model has none
};

/// The forecasts of one model for the windows of its splits.
class WindowForecasts {
 public:
  virtual ~WindowForecasts() = default;
  [[nodiscard]] virtual const Windows& windows() const = 0;
  /// [Q] the levels of WindowBatch::quantiles.
  [[nodiscard]] virtual const std::vector<double>& quantile_levels() const = 0;
  [[nodiscard]] virtual bool covers(Split split) const = 0;
  /// Windows of a split by their numbers, which ascend.
  [[nodiscard]] virtual WindowBatch of(Split split, std::span<const std::int64_t> indices) = 0;

  /// The row of each window's last input; windows over a series only.
  [[nodiscard]] std::vector<std::int64_t> origins(Split split, std::span<const std::int64_t> indices) const;
  /// [B] the number of each origin's series; undefined for one series.
  [[nodiscard]] torch::Tensor series_of(std::span<const std::int64_t> origins) const;
};

/// Forecasts of a trained model. `levels`: of the quantiles, of a model that gives a distribution.
[[nodiscard]] std::unique_ptr<WindowForecasts> forecasts_of(TrainedModel model, std::vector<double> levels, torch::Device device);
/// The forecasts of a model of the artifact "forecasts", which are of validation and test, and have no loss. Error (data) if the artifact
/// does not hold the origins of a split.
[[nodiscard]] std::unique_ptr<WindowForecasts> forecasts_of(ForecastModel model);

/// [B, H, T] forecasts in original units on the scaled series, in double; not finite where a logarithm cannot take them. A difference is
/// from the forecast of the step before. `rows`: of the origins.
[[nodiscard]] torch::Tensor on_scaled_series(const torch::Tensor& forecast, std::span<const std::int64_t> rows, const Series& series);

}  // namespace pipeline::stage::evaluate
