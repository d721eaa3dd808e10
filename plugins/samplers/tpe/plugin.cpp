#include "pipeline/plugin.h"

#include "tpe_sampler.h"

PIPELINE_PLUGIN("tpe_sampler", "1.0.0", "Apache-2.0", "Search by the tree-structured Parzen estimator.") {
  using namespace pipeline;
  registrar.add<Sampler, sampler::tpe::TPESampler>("TPESampler", "Tree-structured Parzen estimator, with Optuna 5's defaults.")
      .reference("Bergstra et al., NeurIPS 2011; Optuna 5.0 TPESampler");
}
