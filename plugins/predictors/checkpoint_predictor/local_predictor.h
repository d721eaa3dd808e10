#pragma once

#include "pipeline/host/predictor.h"
#include "pipeline/options.h"

namespace pipeline::predictor::checkpoint {

/// Forecasts with a model of one series at a time, of a stage of type baselines. From each origin it is fitted anew to all rows of the
/// input up to the origin, back to the last gap. A history that it cannot fit is forecast by Naive, which is told.
class LocalPredictor final : public Predictor {
 public:
  using Options = NoOptions;
  explicit LocalPredictor(NoOptions) {}
  void predict(const PredictRequest& request, ForecastReceiver& out) override;
};

}  // namespace pipeline::predictor::checkpoint
