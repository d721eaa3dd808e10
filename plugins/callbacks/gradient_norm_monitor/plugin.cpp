#include "pipeline/plugin.h"

#include "gradient_norm_monitor.h"

PIPELINE_PLUGIN("gradient_norm_monitor", "1.0.0", "Apache-2.0", "Logs the size of gradients") {
  using pipeline::callbacks::gradient_norm_monitor::GradientNormMonitor;
  registrar.add<pipeline::Callback, GradientNormMonitor>("GradientNormMonitor", "Logs the norm of all gradients before they are clipped.")
      .reference("Lightning's grad_norm utility, whose names it logs")
      .only_watches();
}
