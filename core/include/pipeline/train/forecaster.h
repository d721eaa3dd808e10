#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "pipeline/data/windows.h"
#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/torch/batch.h"
#include "pipeline/torch/model.h"
#include "pipeline/torch/state.h"

namespace pipeline {

/// Window normalisation around a model: only the model sees normalised values, forecasts are on the scaled series again.
class PIPELINE_EXPORT Forecaster {
 public:
  Forecaster(std::shared_ptr<Model> model, WindowNorm window_norm);
  [[nodiscard]] Forecast operator()(const Batch& batch) const;
  [[nodiscard]] Model& model() const { return *model_; }

 private:
  std::shared_ptr<Model> model_;
  WindowNorm window_norm_;
};

/// The shape a model must have for these windows.
[[nodiscard]] PIPELINE_EXPORT ModelShape shape_of(const Windows& windows);
/// Gathers windows of a split into tensors on `device`.
[[nodiscard]] PIPELINE_EXPORT Batch gather_batch(const Windows& windows, Split split, std::span<const std::int64_t> indices,
                                                 torch::Device device);
/// "auto", "cpu", "cuda", "cuda:N" as a device; Error (usage) where there is no such device.
[[nodiscard]] PIPELINE_EXPORT torch::Device resolve_device(const std::string& name);

}  // namespace pipeline
