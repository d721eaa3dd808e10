#include "pipeline/plugin.h"

#include "@name@.h"

PIPELINE_PLUGIN("@name@", "0.1.0", "Apache-2.0", "Two linear layers over the window") {
  registrar.add<pipeline::Model, @name@_plugin::@Name@>("@Name@", "Two linear layers over the whole window.");
}
