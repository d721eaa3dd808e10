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

/// Writes a checkpoint that Python's torch.load(weights_only=True) opens as nested dicts. It writes a new file beside `file` and renames
/// it. Error (unexpected) on a full disk. If the name ends in .safetensors, it writes the weights in that format, with plain entries as
/// metadata.
PIPELINE_EXPORT void write_checkpoint(const std::filesystem::path& file, const State& content);
/// Reads a checkpoint of this program or of Lightning with an allow-listed pickle reader that runs no code. Error (training) names the
/// mistake. A plain state_dict (.pt) and a .safetensors file give a checkpoint with few entries beside `state_dict`.
[[nodiscard]] PIPELINE_EXPORT State read_checkpoint(const std::filesystem::path& file);

/// The plain data under the checkpoint's key `pipeline`, with all that predict needs: model type and options, window, horizon, window_norm,
/// and the series' columns with their transforms.
struct PIPELINE_EXPORT CheckpointInfo {
  std::string model_type;
  Value model_options{Value::Map{}};
  std::int64_t window = 0, horizon = 0;
  Horizons horizons{};            ///< as in WindowsInfo
  std::int64_t min_observed = 0;  ///< as in WindowsInfo: 0 without padding
  WindowNorm window_norm = WindowNorm::none;
  ModelShape shape;
  std::optional<SeriesInfo> series;     ///< absent for windows made elsewhere
  std::optional<PanelScales> scales{};  ///< of a panel of which each series has its own; to_value() leaves them out

  /// As in WindowsInfo.
  [[nodiscard]] std::int64_t least_rows() const { return min_observed > 0 ? min_observed : window; }
  [[nodiscard]] Value to_value() const;
  [[nodiscard]] static CheckpointInfo from_value(const Value& value);
  /// The info of a model that is trained on these windows. `options` must hold every option, defaults included.
  [[nodiscard]] static CheckpointInfo of(const std::string& model_type, Value options, const Windows& windows);
};

/// The ids and scales of a panel's series as tensors, for a checkpoint; null if all series have the same scales, or for one series.
[[nodiscard]] PIPELINE_EXPORT State panel_state(const Series& series);

/// Parameters and buffers under their dotted names, in order of registration, on the CPU.
[[nodiscard]] PIPELINE_EXPORT State model_state(const torch::nn::Module& model);
/// Copies `state_dict` into the model. Error (training) names `origin` and every missing, unexpected or misshapen entry.
PIPELINE_EXPORT void load_model_state(torch::nn::Module& model, const State& state_dict, const std::string& origin);

/// A model ready to forecast.
struct LoadedModel {
  CheckpointInfo info;
  Component<Model> model;  ///< in eval mode, on the device
};
/// `otherwise` describes the model if the file does not: files of Lightning and plain weights do not. Error (training) when neither does,
/// or when weights and model do not fit each other.
[[nodiscard]] PIPELINE_EXPORT LoadedModel load_model(const std::filesystem::path& file, const Registry& registry, torch::Device device,
                                                     const std::optional<CheckpointInfo>& otherwise = std::nullopt);

}  // namespace pipeline
