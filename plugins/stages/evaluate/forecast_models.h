#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/data/forecasts.h"
#include "pipeline/data/windows.h"
#include "pipeline/stage.h"

namespace pipeline::stage::evaluate {

/// A model of an artifact "forecasts".
struct ForecastModel {
  std::string stage;
  std::shared_ptr<const Forecasts> forecasts;
  std::size_t index = 0;  ///< among the models of the artifact
  std::shared_ptr<const Windows> windows;

  [[nodiscard]] const ForecasterRecord& record() const { return forecasts->models()[index]; }
  [[nodiscard]] const std::string& name() const { return record().name; }
  /// "baselines/Theta"
  [[nodiscard]] std::string label() const { return stage + "/" + name(); }
};

/// The models of all inputs of kind "forecasts", in their order.
[[nodiscard]] std::vector<ForecastModel> read_forecast_models(const StageContext& context);

}  // namespace pipeline::stage::evaluate
