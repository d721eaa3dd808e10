#pragma once

#include <string>
#include <vector>

#include "pipeline/search/random_state.h"
#include "pipeline/search/search.h"

namespace pipeline::sampler::tpe {

/// One value for each parameter of the joint space, in the order of the space, in internal representation.
using Point = std::vector<double>;

/// One parameter's kernels: normals truncated to its range, or weights over its choices. The last kernel is the prior.
struct Kernels {
  Distribution distribution;
  double low = 0, high = 0;           ///< the range of the kernels: widened by half a step, logarithmic with `log`
  std::vector<double> mu, sigma;      ///< numeric; by kernel
  std::vector<double> log_mass;       ///< numeric; log of each kernel's mass in [low, high]
  std::vector<std::size_t> shape_of;  ///< numeric; the first kernel with the same mu and sigma
  std::vector<Point> weights;         ///< categorical: [kernel][choice], each row sums to 1
};

/// Optuna 5's _ParzenEstimator: a mixture of kernels, each over all parameters.
class ParzenEstimator {
 public:
  /// `observations`: the oldest first; beyond 25, older ones weigh less.
  ParzenEstimator(const std::vector<Distribution>& space, const std::vector<Point>& observations);

  [[nodiscard]] std::vector<Point> sample(RandomState& random, std::size_t count) const;
  /// log of the mixture's density at each point (probability for stepped and categorical parameters).
  [[nodiscard]] std::vector<double> log_density(const std::vector<Point>& points) const;

 private:
  std::vector<double> weights_;  ///< by kernel, sum 1
  std::vector<Kernels> parameters_;
};

}  // namespace pipeline::sampler::tpe
