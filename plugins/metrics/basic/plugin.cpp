#include "pipeline/plugin.h"

#include "basic_metrics.h"

PIPELINE_PLUGIN("basic_metrics", "1.0.0", "Apache-2.0", "Errors of forecasts, their quantiles and intervals.") {
  pipeline::metrics::basic::add_basic_metrics(registrar);
}
