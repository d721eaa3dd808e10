#pragma once

#include "pipeline/host/checkpoint_tool.h"
#include "pipeline/options.h"

namespace pipeline::checkpoint_tool::files {

/// Reads the checkpoints of train stages and of Lightning, plain state_dicts and safetensors; runs no code in them.
class CheckpointFiles final : public CheckpointTool {
 public:
  using Options = NoOptions;
  explicit CheckpointFiles(NoOptions) {}
  [[nodiscard]] Value describe(const std::filesystem::path& file) override;
  void convert(const std::filesystem::path& from, const std::filesystem::path& to) override;
};

}  // namespace pipeline::checkpoint_tool::files
