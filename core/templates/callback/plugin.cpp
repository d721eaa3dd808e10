#include "pipeline/plugin.h"

#include "plugin_name.h"

PIPELINE_PLUGIN("plugin_name", "0.1.0", "Apache-2.0", "Stops once a metric is good enough") {
  registrar.add<pipeline::Callback, plugin_name_plugin::PluginName>("PluginName", "Stops the training once a metric is below a threshold.");
}
