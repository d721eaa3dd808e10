#pragma once

#include "pipeline/host/predictor.h"
#include "pipeline/options.h"

namespace pipeline::stage::ensemble {

/// Combines the forecasts that an ensemble's members make of an input: networks with their checkpoints, models of one series and trees
/// fitted anew, each as its own predictor does. A row that some member has no forecast from is left out, which is told.
class EnsemblePredictor final : public Predictor {
 public:
  using Options = NoOptions;
  explicit EnsemblePredictor(NoOptions) {}
  void predict(const PredictRequest& request, ForecastReceiver& out) override;
};

}  // namespace pipeline::stage::ensemble
