#include "pipeline/plugin.h"

#include "checkpoint_files.h"

PIPELINE_PLUGIN("checkpoint_files", "1.0.0", "Apache-2.0", "Looks into checkpoints and converts them.") {
  using namespace pipeline;
  registrar.add<CheckpointTool, checkpoint_tool::files::CheckpointFiles>("files",
                                                                         "Checkpoints as .ckpt, .safetensors and plain state_dict (.pt).");
}
