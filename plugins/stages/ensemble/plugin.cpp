#include "pipeline/plugin.h"

#include "ensemble_predictor.h"
#include "ensemble_stage.h"

PIPELINE_PLUGIN("ensemble", "1.0.0", "Apache-2.0", "The stage that combines forecasts.") {
  using namespace pipeline;
  registrar
      .add<Stage, stage::ensemble::EnsembleStage>(
          "ensemble", "Combines trained models and the forecasts of other stages: weighted mean, mean or median.")
      .takes_all("checkpoint")
      .takes_all("forecasts")
      .gives("forecasts")
      .uses_season_length()
      .reference("Caruana et al., Ensemble selection from libraries of models, ICML 2004");
  registrar.add<Predictor, stage::ensemble::EnsemblePredictor>("ensemble_predictor",
                                                               "Combines what the members of an ensemble forecast of a file.");
}
