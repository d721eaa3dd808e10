#include "pipeline/plugin.h"

#include "plugin_name.h"

PIPELINE_PLUGIN("plugin_name", "0.1.0", "Apache-2.0", "A series that needs no file") {
  registrar.add<pipeline::Stage, plugin_name_plugin::PluginName>("plugin_name", "Makes a wave, in preprocess's place.")
      .gives("series")
      .without_randomness();
}
