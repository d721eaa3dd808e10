#include "pipeline/plugin.h"

#include "dlinear_model.h"
#include "linear_model.h"
#include "nlinear_model.h"
#include "rlinear_model.h"

PIPELINE_PLUGIN("linear", "1.1.0", "Apache-2.0", "Linear layers from window to horizon.") {
  using namespace pipeline;
  using namespace pipeline::model::linear;
  const char* const zeng = "Zeng et al., Are Transformers Effective for Time Series Forecasting?, 2023 ";
  registrar.add<Model, LinearModel>("LinearModel", "A linear layer from window to horizon, shared by the targets.")
      .gives("point")
      .reference(zeng + std::string("(Linear)"));
  registrar.add<Model, NLinearModel>("NLinearModel", "A linear layer over the window less its last value.")
      .gives("point")
      .reference(zeng + std::string("(NLinear)"));
  registrar.add<Model, DLinearModel>("DLinearModel", "The sum of a linear layer over the window's moving average and one over the rest.")
      .gives("point")
      .reference(zeng + std::string("(DLinear)"));
  registrar.add<Model, RLinearModel>("RLinearModel", "A linear layer over the window less its mean, divided by its deviation.")
      .gives("point")
      .reference(
          "Li et al., Revisiting Long-term Time Series Forecasting: An Investigation on Linear Mapping, 2023; Kim et al., 2022 (RevIN)");
}
