#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/search/random_state.h"
#include "pipeline/search/search.h"
#include "pipeline/search/tier.h"

namespace pipeline {

/// The arguments of every sampler's factory.
struct SamplerContext {
  std::int64_t seed = 0;
  Randomness::Mode mode = Randomness::Mode::keyed;
  std::vector<std::pair<std::string, Distribution>> space;  ///< all parameters, conditional ones too, in the order of the workflow
};

/// Proposes the next trial's parameters. Called from one thread; several processes may share the study. In a search with a lag a sampler
/// proposes one trial, and the study that it sees is that trial's Past.
class PIPELINE_EXPORT Sampler {
 public:
  virtual ~Sampler();
  /// Called when a trial begins. May write `trial.system_state`. Returns the values of the parameters that are drawn together, in internal
  /// representation; empty: each parameter is drawn alone.
  [[nodiscard]] virtual std::map<std::string, double> begin(const StudyState& study, Trial& trial);
  /// Draws one parameter alone, in internal representation.
  [[nodiscard]] virtual double sample(const StudyState& study, const Trial& trial, const std::string& name,
                                      const Distribution& distribution) = 0;
  /// The number of earlier trials with which it begins to learn. With fewer it draws as if there were none, so that in a search with a lag
  /// such a trial waits for no other. 0, the default: it may learn from the first one on. never_learns: it draws without regard to others.
  [[nodiscard]] virtual std::int64_t learns_from() const;
  /// Whether no value is left to try; then the search ends.
  [[nodiscard]] virtual bool is_exhausted(const StudyState& study) const;
};

template <>
struct Kind<Sampler> {
  static constexpr const char* name = "sampler";
  using Factory = std::unique_ptr<Sampler>(const Value& options, const SamplerContext& context);
};

/// Begins a trial and stores the values that the sampler draws together in `trial.joint`.
PIPELINE_EXPORT void begin_trial(Sampler& sampler, const StudyState& study, Trial& trial);
/// Writes a parameter's value into the trial and returns it: the only possible value, the one drawn together with others, or one drawn
/// alone.
PIPELINE_EXPORT double suggest(Sampler& sampler, const StudyState& study, Trial& trial, const std::string& name,
                               const Distribution& distribution);
/// Draws a value uniformly (uniformly in the logarithm with `log`), with the same draws as Optuna's RandomSampler.
[[nodiscard]] PIPELINE_EXPORT double draw_uniform(const Distribution& distribution, RandomState& random);

}  // namespace pipeline
