#pragma once

#include <variant>
#include <vector>

#include "kernels.h"
#include "pipeline/search/random_state.h"
#include "pipeline/search/search.h"

namespace pipeline::sampler::tpe {

/// The values of each parameter, in internal representation: [parameter][point]. All parameters have as many points.
using Columns = std::vector<std::vector<double>>;

/// Optuna 5's _ParzenEstimator: a mixture of kernels, each over all parameters.
class ParzenEstimator {
 public:
  /// `observations`: the oldest first; beyond 25, older ones weigh less. The space has a parameter.
  ParzenEstimator(const std::vector<Distribution>& space, const Columns& observations);

  [[nodiscard]] Columns sample(RandomState& random, std::size_t count) const;
  /// log of the mixture's density at each point (probability for stepped and categorical parameters).
  [[nodiscard]] std::vector<double> log_density(const Columns& points) const;

 private:
  std::vector<double> weights_;  ///< by kernel, sum 1
  std::vector<std::variant<NumericKernels, CategoricalKernels>> parameters_;
};

}  // namespace pipeline::sampler::tpe
