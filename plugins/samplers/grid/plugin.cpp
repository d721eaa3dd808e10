#include "pipeline/plugin.h"

#include "grid_sampler.h"

PIPELINE_PLUGIN("grid_sampler", "1.0.0", "Apache-2.0", "Search over all combinations.") {
  using namespace pipeline;
  registrar.add<Sampler, sampler::grid::GridSampler>("GridSampler", "Tries every combination of the search space once, in shuffled order.")
      .reference("Optuna's GridSampler")
      .enumerates();
}
