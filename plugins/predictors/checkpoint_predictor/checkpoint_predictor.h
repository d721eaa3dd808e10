#pragma once

#include "pipeline/host/predictor.h"
#include "pipeline/options.h"

namespace pipeline::predictor::checkpoint {

/// Loads the model, reads the input as its training data were read, and forecasts from the last window or from many. A checkpoint of a
/// train stage holds everything for this: columns, transforms, frequency, window. Error (training) for a checkpoint without them, Error
/// (data) for data that do not fit.
class CheckpointPredictor final : public Predictor {
 public:
  using Options = NoOptions;
  explicit CheckpointPredictor(NoOptions) {}
  void predict(const PredictRequest& request, ForecastReceiver& out) override;
};

}  // namespace pipeline::predictor::checkpoint
