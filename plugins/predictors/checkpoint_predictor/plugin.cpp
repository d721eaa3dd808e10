#include "pipeline/plugin.h"

#include "checkpoint_predictor.h"

PIPELINE_PLUGIN("checkpoint_predictor", "1.0.0", "Apache-2.0", "Forecasts from a checkpoint.") {
  using namespace pipeline;
  registrar.add<Predictor, predictor::checkpoint::CheckpointPredictor>("checkpoint",
                                                                       "Forecasts what follows a file's last row, in original units.");
}
