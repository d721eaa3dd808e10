#include "pipeline/plugin.h"

#include "@name@.h"

PIPELINE_PLUGIN("@name@", "0.1.0", "Apache-2.0", "Scalars as lines of text") {
  registrar.add<pipeline::Logger, @name@_plugin::@Name@>("@Name@", "A line of text for each scalar.");
}
