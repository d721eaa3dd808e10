#include "pipeline/plugin.h"

#include "model_checkpoint.h"

PIPELINE_PLUGIN("model_checkpoint", "1.0.0", "Apache-2.0", "Keeps the best checkpoints") {
  using pipeline::callbacks::model_checkpoint::ModelCheckpoint;
  registrar.add<pipeline::Callback, ModelCheckpoint>("ModelCheckpoint", "Keeps the checkpoints with the best metric, or the latest.")
      .reference("Lightning's ModelCheckpoint");
}
