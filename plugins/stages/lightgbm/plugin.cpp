#include "pipeline/plugin.h"

#include "lightgbm_stage.h"
#include "tree_predictor.h"

PIPELINE_PLUGIN("lightgbm", "1.0.0", "Apache-2.0", "The stage that forecasts with gradient boosting on lags.") {
  using namespace pipeline;
  registrar
      .add<Stage, stage::lightgbm::LightgbmStage>("lightgbm",
                                                  "Forecasts all series with LightGBM's trees on lags, calendar, known and fixed columns.")
      .needs("series")
      .needs("windows")
      .gives("forecasts")
      .uses_season_length()
      .reference("Ke et al., LightGBM: A Highly Efficient Gradient Boosting Decision Tree, NeurIPS 2017");
  registrar.add<Predictor, stage::lightgbm::TreePredictor>("lightgbm_predictor",
                                                           "Forecasts the same with trees grown anew from the rows of a file.");
}
