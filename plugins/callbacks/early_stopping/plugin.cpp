#include "pipeline/plugin.h"

#include "early_stopping.h"

PIPELINE_PLUGIN("early_stopping", "1.0.0", "Apache-2.0", "Stops a training that no longer improves") {
  using pipeline::callbacks::early_stopping::EarlyStopping;
  registrar.add<pipeline::Callback, EarlyStopping>("EarlyStopping", "Stops the training when a metric no longer improves.")
      .reference("Lightning's EarlyStopping");
}
