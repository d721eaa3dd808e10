#include "pipeline/plugin.h"

#include "evaluate_stage.h"

PIPELINE_PLUGIN("evaluate", "1.0.0", "Apache-2.0", "The stage that measures trained models and forecasts.") {
  using namespace pipeline;
  registrar
      .add<Stage, stage::evaluate::EvaluateStage>("evaluate",
                                                  "Measures trained models and forecasts, with repeating the last value beside them.")
      .takes_all("checkpoint")
      .takes_all("forecasts")
      .gives("metrics")
      .gives("predictions")
      .uses({"loggers"})
      .uses_metrics();
}
