#include "pipeline/plugin.h"

#include "learning_rate_monitor.h"

PIPELINE_PLUGIN("learning_rate_monitor", "1.0.0", "Apache-2.0", "Logs the learning rate") {
  using pipeline::callbacks::learning_rate_monitor::LearningRateMonitor;
  registrar.add<pipeline::Callback, LearningRateMonitor>("LearningRateMonitor", "Logs the learning rate of every parameter group.")
      .reference("Lightning's LearningRateMonitor")
      .only_watches();
}
