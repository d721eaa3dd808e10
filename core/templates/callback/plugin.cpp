#include "pipeline/plugin.h"

#include "@name@.h"

PIPELINE_PLUGIN("@name@", "0.1.0", "Apache-2.0", "Stops once a metric is good enough") {
  registrar.add<pipeline::Callback, @name@_plugin::@Name@>("@Name@", "Stops the training once a metric is below a threshold.");
}
