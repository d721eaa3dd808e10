#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/data/forecasts.h"
#include "pipeline/data/windows.h"
#include "pipeline/stage.h"
#include "pipeline/train/metric_set.h"

namespace pipeline::stage::evaluate {

/// A model of an artifact "forecasts".
struct ForecastModel {
  std::string stage;
  std::shared_ptr<const Forecasts> forecasts;
  std::size_t index = 0;  ///< among the models of the artifact
  std::shared_ptr<const Windows> windows;

  [[nodiscard]] const std::string& name() const { return forecasts->models()[index].name; }
  /// "baselines/Theta"
  [[nodiscard]] std::string label() const { return stage + "/" + name(); }
};

/// The models of all inputs of kind "forecasts", in their order.
[[nodiscard]] std::vector<ForecastModel> read_forecast_models(const StageContext& context);
/// Index of the model with the smallest mase on validation; 0 where no model has one.
[[nodiscard]] std::size_t leading(const std::vector<ForecastModel>& models, const Metrics& metrics, const Value& season_length);

}  // namespace pipeline::stage::evaluate
