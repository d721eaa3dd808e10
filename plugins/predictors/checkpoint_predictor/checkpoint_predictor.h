#pragma once

#include "pipeline/host/predictor.h"
#include "pipeline/options.h"

namespace pipeline::predictor::checkpoint {

/// Loads the model, reads the input as its training data were read, and forecasts from the last window or from many. A checkpoint of ours
/// carries all that needs: columns, transforms, frequency, window. Error (training) for a checkpoint that lacks them, Error (data) for data
/// that don't fit.
class CheckpointPredictor final : public Predictor {
 public:
  using Options = NoOptions;
  explicit CheckpointPredictor(NoOptions) {}
  void predict(const PredictRequest& request, std::ostream& out) override;
};

}  // namespace pipeline::predictor::checkpoint
