#include "pipeline/plugin.h"

#include "@name@.h"

PIPELINE_PLUGIN("@name@", "0.1.0", "Apache-2.0", "A series that needs no file") {
  registrar.add<pipeline::Stage, @name@_plugin::@Name@>("@name@", "Makes a wave, in preprocess's place.").gives("series").without_randomness();
}
