#include "pipeline/plugin.h"
#include "final_stage.h"

PIPELINE_PLUGIN("final", "1.0.0", "Apache-2.0", "The stage that trains the chosen model on all rows.") {
  using namespace pipeline;
  registrar
      .add<Stage, stage::final_training::FinalStage>(
          "final", "Trains the model that evaluate chose on all rows, for forecasts of what comes after them.")
      .needs("metrics")
      .takes_all("checkpoint")
      .gives("final");
}
