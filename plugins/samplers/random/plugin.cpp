#include "pipeline/plugin.h"

#include "random_sampler.h"

PIPELINE_PLUGIN("random_sampler", "1.0.0", "Apache-2.0", "Search by independent random draws.") {
  using namespace pipeline;
  registrar.add<Sampler, sampler::random::RandomSampler>("RandomSampler", "Draws every parameter at random, without looking at results.")
      .reference("Bergstra and Bengio, JMLR 2012; Optuna's RandomSampler");
}
