#pragma once

#include <string>

#include "pipeline/search/sampler.h"

namespace pipeline::sampler::random {

/// Draws every parameter uniformly, or uniformly in the logarithm, with the same draws as Optuna's RandomSampler.
class RandomSampler final : public Sampler {
 public:
  using Options = NoOptions;
  RandomSampler(Options, const SamplerContext& context) : random_(context.seed, context.mode) {}

  [[nodiscard]] double sample(const StudyState& study, const Trial& trial, const std::string& name,
                              const Distribution& distribution) override {
    return draw_uniform(distribution, random_.at(draw_index(study, trial), name));
  }

  [[nodiscard]] std::int64_t learns_from() const override { return never_learns; }

 private:
  Randomness random_;
};

}  // namespace pipeline::sampler::random
