#pragma once

#include <filesystem>
#include <memory>

#include "pipeline/export.h"
#include "pipeline/host/tier.h"
#include "pipeline/registry.h"
#include "pipeline/value.h"

namespace pipeline {

/// Looks into checkpoints and converts them, for `pipeline checkpoint`. The program knows no torch; a plugin brings this.
class PIPELINE_EXPORT CheckpointTool {
 public:
  virtual ~CheckpointTool();
  /// What a file holds: "epoch", "global_step" and "written_by" (where it says), "weights" (a list of {name, shape, type}), "values" (how
  /// many numbers they are), "hyper_parameters", "pipeline", "callbacks" (names), "optimizers", "schedulers" (how many) and "resume_point".
  [[nodiscard]] virtual Value describe(const std::filesystem::path& file) = 0;
  /// Writes another format, by the extension of `to`: .safetensors (weights, and the rest as metadata), .pt or .pth (a plain state_dict),
  /// .ckpt (all there is). Error (usage) for another extension.
  virtual void convert(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
};

template <>
struct Kind<CheckpointTool> {
  static constexpr const char* name = "checkpoint_tool";
  using Factory = std::unique_ptr<CheckpointTool>(const Value& options);
};

}  // namespace pipeline
