#include "forecast_models.h"

namespace pipeline::stage::evaluate {

std::vector<ForecastModel> read_forecast_models(const StageContext& context) {
  std::vector<ForecastModel> out;
  for (const Artifact& artifact : context.inputs_of("forecasts")) {
    const auto forecasts = Forecasts::open(artifact.folder);
    const auto windows = Windows::open(forecasts->windows());
    for (std::size_t i = 0; i < forecasts->models().size(); ++i)
      out.push_back({.stage = artifact.stage, .forecasts = forecasts, .index = i, .windows = windows});
  }
  return out;
}

}  // namespace pipeline::stage::evaluate
