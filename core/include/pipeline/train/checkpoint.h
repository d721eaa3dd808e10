#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "pipeline/data/windows.h"
#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/torch/state.h"
#include "pipeline/train/forecaster.h"
#include "pipeline/train/tier.h"
#include "pipeline/value.h"

namespace pipeline {

/// Writes a file that Python's torch.load(weights_only=True) opens as nested dicts, beside itself and renamed; Error (unexpected) on a full
/// disk. Under a name that ends in .safetensors: the weights in that format, plain entries as its metadata.
PIPELINE_EXPORT void write_checkpoint(const std::filesystem::path& file, const State& content);
/// Reads such a file, ours or Lightning's, by an allow-listed pickle reader that runs no code; Error (training) names what is wrong. A
/// plain state_dict (.pt) and a .safetensors file come as a checkpoint with few entries beside `state_dict`.
[[nodiscard]] PIPELINE_EXPORT State read_checkpoint(const std::filesystem::path& file);

/// The plain data under the checkpoint's key `pipeline`: model type and options, window, horizon, window_norm, and the series' columns with
/// their transforms; all that predict needs.
struct PIPELINE_EXPORT CheckpointInfo {
  std::string model_type;
  Value model_options{Value::Map{}};
  std::int64_t window = 0, horizon = 0;
  WindowNorm window_norm = WindowNorm::none;
  ModelShape shape;
  std::optional<SeriesInfo> series;  ///< absent for windows made elsewhere

  [[nodiscard]] Value to_value() const;
  [[nodiscard]] static CheckpointInfo from_value(const Value& value);
  /// Of a model that is trained on these windows; `options` with every default.
  [[nodiscard]] static CheckpointInfo of(const std::string& model_type, Value options, const Windows& windows);
};

/// Parameters and buffers under their dotted names, in order of registration, on the CPU.
[[nodiscard]] PIPELINE_EXPORT State model_state(const torch::nn::Module& model);
/// Copies weights in; Error (training) naming every missing, unexpected or misshapen entry.
PIPELINE_EXPORT void load_model_state(torch::nn::Module& model, const State& state_dict, const std::string& origin);

/// A model ready to forecast.
struct LoadedModel {
  CheckpointInfo info;
  Component<Model> model;  ///< in eval mode, on the device
};
/// `otherwise` says what the weights belong to where the file does not: Lightning's and plain weights don't. Error (training) when neither
/// does, or when weights and model do not fit.
[[nodiscard]] PIPELINE_EXPORT LoadedModel load_model(const std::filesystem::path& file, const Registry& registry, torch::Device device,
                                                     const std::optional<CheckpointInfo>& otherwise = std::nullopt);

}  // namespace pipeline
