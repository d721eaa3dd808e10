#include "pipeline/plugin.h"

#include "theta_forecaster.h"

PIPELINE_PLUGIN("theta_forecasters", "1.0.0", "Apache-2.0", "The theta models.") {
  using namespace pipeline;
  registrar.add<LocalForecaster, local::theta::Theta>("Theta", "The theta model: half exponential smoothing, half a line.")
      .reference("Assimakopoulos and Nikolopoulos, The theta model, 2000");
  registrar
      .add<LocalForecaster, local::theta::DynamicOptimizedTheta>(
          "DynamicOptimizedTheta", "The theta model with an estimated theta and a line that follows the series.")
      .reference("Fiorucci et al., Models for optimising the theta method, 2016");
}
