#include "pipeline/plugin.h"

#include "model_summary.h"

PIPELINE_PLUGIN("model_summary", "1.0.0", "Apache-2.0", "Shows the model's layers") {
  using pipeline::callbacks::model_summary::ModelSummary;
  registrar.add<pipeline::Callback, ModelSummary>("ModelSummary", "Shows the model's layers and sizes when training starts.")
      .reference("Lightning's ModelSummary")
      .only_watches();
}
