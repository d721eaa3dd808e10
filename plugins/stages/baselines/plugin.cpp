#include "pipeline/plugin.h"

#include "baselines_stage.h"

PIPELINE_PLUGIN("baselines", "1.0.0", "Apache-2.0", "The stage that runs models of one series at a time.") {
  using namespace pipeline;
  registrar
      .add<Stage, stage::baselines::BaselinesStage>(
          "baselines", "Forecasts every series with models of one series at a time, to measure others against.")
      .needs("series")
      .needs("windows")
      .gives("forecasts")
      .uses_season_length()
      .without_randomness();
}
