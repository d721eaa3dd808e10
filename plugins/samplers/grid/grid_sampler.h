#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/search/sampler.h"

namespace pipeline::sampler::grid {

/// Tries every combination once, in the shuffled order of Optuna's GridSampler. The grid holds all values of the search space's integers,
/// steps and choices. Error (usage) for a continuous range or a grid of more than a million points.
class GridSampler final : public Sampler {
 public:
  using Options = NoOptions;
  GridSampler(Options, const SamplerContext& context);

  [[nodiscard]] std::map<std::string, double> begin(const StudyState& study, Trial& trial) override;
  [[nodiscard]] double sample(const StudyState& study, const Trial& trial, const std::string& name,
                              const Distribution& distribution) override;
  [[nodiscard]] bool is_exhausted(const StudyState& study) const override;

 private:
  [[nodiscard]] std::vector<std::size_t> open_points(const StudyState& study) const;

  std::map<std::string, std::vector<double>> values_;  ///< sorted by name, as Optuna numbers its grid
  Value described_;                                    ///< the grid as this search's trials record it
  std::vector<std::size_t> order_;                     ///< grid id -> index of the combination
};

}  // namespace pipeline::sampler::grid
