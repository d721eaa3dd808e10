#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pipeline/data/windows.h"
#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/torch/batch.h"
#include "pipeline/torch/model.h"
#include "pipeline/torch/state.h"
#include "pipeline/train/tier.h"
#include "pipeline/train/training.h"

namespace pipeline {

/// Window normalisation around a model: the model sees normalised values, and its forecasts are converted back to the scaled series. They
/// are float with any precision. Columns known ahead are not normalised: their past and their future stay on one scale.
class PIPELINE_EXPORT Forecaster {
 public:
  Forecaster(Component<Model> model, WindowNorm window_norm, const ModelShape& shape, Precision precision = Precision::full);
  [[nodiscard]] Forecast operator()(const Batch& batch) const;
  /// The same with another way through the model than Model::forward(): `forward` gets the batch that the model sees.
  [[nodiscard]] Forecast through(const std::function<Forecast(const Batch& seen)>& forward, const Batch& batch) const;
  [[nodiscard]] const Component<Model>& model() const { return model_; }
  /// The parts of a batch that a forecast needs: the model's, and for a window_norm the targets' past and past_mask.
  [[nodiscard]] Inputs inputs() const;

 private:
  /// The inputs [B, W, F], all but those known ahead normalised by the rows that `mask` says are there (Batch::past_mask).
  [[nodiscard]] torch::Tensor normalised(const torch::Tensor& x, const torch::Tensor& mask) const;

  Component<Model> model_;
  WindowNorm window_norm_;
  Precision precision_;
  std::vector<std::int64_t> known_ahead_;  ///< columns of x that are known ahead
};

/// The shape a model must have for these windows.
[[nodiscard]] PIPELINE_EXPORT ModelShape shape_of(const Windows& windows);
/// Gathers the windows that begin at these rows into tensors on `device`: x, y and weight, and the `wanted` parts that the source has.
[[nodiscard]] PIPELINE_EXPORT Batch gather_batch(const WindowSource& source, std::span<const std::int64_t> first_rows, Inputs wanted,
                                                 torch::Device device);
/// The same for windows of a split by their index.
[[nodiscard]] PIPELINE_EXPORT Batch gather_batch(const Windows& windows, Split split, std::span<const std::int64_t> indices, Inputs wanted,
                                                 torch::Device device);
/// The device named "auto", "cpu", "cuda" or "cuda:N"; Error (usage) if there is no such device.
[[nodiscard]] PIPELINE_EXPORT torch::Device resolve_device(const std::string& name);

}  // namespace pipeline
