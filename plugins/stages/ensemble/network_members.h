#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "pipeline/data/forecasts.h"
#include "pipeline/stage.h"

namespace pipeline::stage::ensemble {

/// The forecasts of a trained model.
struct NetworkForecasts {
  std::shared_ptr<const Forecasts> forecasts;  ///< of one model
  std::filesystem::path checkpoint;
};

/// Forecasts with the best checkpoint of a training (the last one where none is kept) from the origins of its validation, test and
/// calibration windows, and writes them as an artifact "forecasts" into `folder`, which is made. `levels`: of the quantiles, of a model
/// that gives a distribution; a model of quantiles gives its own. Error (usage) for windows made elsewhere.
[[nodiscard]] NetworkForecasts forecast_windows(const Artifact& checkpoint, std::span<const double> levels,
                                                const std::filesystem::path& folder, const StageContext& context);

}  // namespace pipeline::stage::ensemble
