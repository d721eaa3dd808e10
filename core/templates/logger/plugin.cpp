#include "pipeline/plugin.h"

#include "plugin_name.h"

PIPELINE_PLUGIN("plugin_name", "0.1.0", "Apache-2.0", "Scalars as lines of text") {
  registrar.add<pipeline::Logger, plugin_name_plugin::PluginName>("PluginName", "A line of text for each scalar.");
}
