#pragma once

#include "pipeline/host/checkpoint_tool.h"
#include "pipeline/options.h"

namespace pipeline::checkpoint_tool::files {

/// Reads what train stages and Lightning write, plain state_dicts and safetensors; nothing in them is run.
class CheckpointFiles final : public CheckpointTool {
 public:
  using Options = NoOptions;
  explicit CheckpointFiles(NoOptions) {}
  [[nodiscard]] Value describe(const std::filesystem::path& file) override;
  void convert(const std::filesystem::path& from, const std::filesystem::path& to) override;
};

}  // namespace pipeline::checkpoint_tool::files
