#include "pipeline/plugin.h"

#include "optimize_stage.h"

PIPELINE_PLUGIN("optimize", "1.0.0", "Apache-2.0", "The stage that searches hyper-parameters.") {
  using namespace pipeline;
  registrar.add<Stage, stage::optimize::OptimizeStage>("optimize", "Searches hyper-parameters, as Optuna's study.optimize does.")
      .reference("Akiba et al., Optuna, KDD 2019")
      .needs("windows")
      .gives("study")
      .for_stage_in("for")
      .shares_folder({"study.db", "checkpoints/"})
      .uses(table_names(TableUse::search));
}
