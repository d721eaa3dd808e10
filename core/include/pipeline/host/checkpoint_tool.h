#pragma once

#include <filesystem>
#include <memory>

#include "pipeline/export.h"
#include "pipeline/host/tier.h"
#include "pipeline/registry.h"
#include "pipeline/value.h"

namespace pipeline {

/// Describes and converts checkpoints, for `pipeline checkpoint`. A plugin brings it, as the program itself links no torch.
class PIPELINE_EXPORT CheckpointTool {
 public:
  virtual ~CheckpointTool();
  /// The content of a file: "epoch", "global_step" and "written_by" (if the file has them), "weights" (a list of {name, shape, type}),
  /// "values" (number of values in the weights), "hyper_parameters", "pipeline", "callbacks" (names), "optimizers", "schedulers" (how many)
  /// and "resume_point".
  [[nodiscard]] virtual Value describe(const std::filesystem::path& file) = 0;
  /// Writes another format, by the extension of `to`: .safetensors (weights, and the rest as metadata), .pt or .pth (a plain state_dict),
  /// .ckpt (the whole content). Error (usage) for another extension.
  virtual void convert(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
};

template <>
struct Kind<CheckpointTool> {
  static constexpr const char* name = "checkpoint_tool";
  using Factory = std::unique_ptr<CheckpointTool>(const Value& options);
};

}  // namespace pipeline
