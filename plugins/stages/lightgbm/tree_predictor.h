#pragma once

#include "pipeline/host/predictor.h"
#include "pipeline/options.h"

namespace pipeline::stage::lightgbm {

/// Forecasts with trees grown anew, as the stage grows them for a split: they learn from the rows of the input up to the first origin of
/// each series, and forecast from every origin that the request asks for. So the forecasts from the first origin of the test split on are
/// those of the stage.
class TreePredictor final : public Predictor {
 public:
  using Options = NoOptions;
  explicit TreePredictor(NoOptions) {}
  /// Error (usage) for forecasts from all rows, before which there are none to learn from; Error (data) for an input that is too short.
  void predict(const PredictRequest& request, ForecastReceiver& out) override;
};

}  // namespace pipeline::stage::lightgbm
