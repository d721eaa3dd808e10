#include "pipeline/plugin.h"

#include "ces.h"

PIPELINE_PLUGIN("complex_smoothing", "1.0.0", "Apache-2.0", "Complex exponential smoothing.") {
  using namespace pipeline;
  registrar.add<LocalForecaster, local::complex_smoothing::CES>("CES", "Complex exponential smoothing, which has no separate trend.")
      .reference("Svetunkov, Kourentzes and Ord, Complex exponential smoothing, 2022");
}
