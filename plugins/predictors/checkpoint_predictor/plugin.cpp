#include "pipeline/plugin.h"

#include "checkpoint_predictor.h"
#include "local_predictor.h"

PIPELINE_PLUGIN("checkpoint_predictor", "1.0.0", "Apache-2.0", "Forecasts from a checkpoint, or with a local forecaster.") {
  using namespace pipeline;
  registrar.add<Predictor, predictor::checkpoint::CheckpointPredictor>("checkpoint",
                                                                       "Forecasts what follows a file's last row, in original units.");
  registrar.add<Predictor, predictor::checkpoint::LocalPredictor>(
      "baselines_predictor", "Forecasts the same with a model of one series at a time, fitted to the file.");
}
