#include "pipeline/plugin.h"

#include "ensemble_stage.h"

PIPELINE_PLUGIN("ensemble", "1.0.0", "Apache-2.0", "The stage that combines forecasts.") {
  using namespace pipeline;
  registrar
      .add<Stage, stage::ensemble::EnsembleStage>("ensemble",
                                                  "Combines the forecasts of other stages: weighted by validation, mean or median.")
      .needs_all("forecasts")
      .gives("forecasts")
      .uses_season_length()
      .without_randomness()
      .reference("Caruana et al., Ensemble selection from libraries of models, ICML 2004");
}
