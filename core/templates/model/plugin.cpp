#include "pipeline/plugin.h"

#include "plugin_name.h"

PIPELINE_PLUGIN("plugin_name", "0.1.0", "Apache-2.0", "Two linear layers over the window") {
  registrar.add<pipeline::Model, plugin_name_plugin::PluginName>("PluginName", "Two linear layers over the whole window.");
}
