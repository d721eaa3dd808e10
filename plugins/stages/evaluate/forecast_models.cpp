#include "forecast_models.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "forecast_result.h"
#include "pipeline/data/season.h"
#include "training_scale.h"

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

std::size_t leading(const std::vector<ForecastModel>& models, const Metrics& metrics, const Value& season_length) {
  // A model that Naive stands for in some series leads only where there is no other.
  const auto is_whole = [&](const ForecastModel& model) { return model.forecasts->models()[model.index].replaced == 0; };
  std::size_t best = static_cast<std::size_t>(std::ranges::find_if(models, is_whole) - models.begin()) % models.size();
  double smallest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < models.size(); ++i) {
    const ForecastModel& model = models[i];
    if (model.windows->count(Split::val) == 0 || (is_whole(models[best]) && !is_whole(model))) continue;
    const Series& series = *model.windows->series();
    const SplitRequest request{.split = Split::val,
                               .batch_size = 256,
                               .device = torch::kCPU,
                               .metrics = metrics,
                               .scales = scales_before(Split::val, series, season_lengths(season_length, series.info())),
                               .check_cancelled = [] {}};
    const SplitResult result = evaluate_forecasts(*model.forecasts, model.index, *model.windows, request, nullptr);
    const double mase = result.model.original.value("mase").value_or(std::numeric_limits<double>::quiet_NaN());
    if (mase < smallest) smallest = mase, best = i;
  }
  return best;
}

}  // namespace pipeline::stage::evaluate
