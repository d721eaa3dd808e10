#pragma once

#include <string>
#include <vector>

#include "pipeline/search/random_state.h"
#include "pipeline/search/search.h"

namespace pipeline::sampler::tpe {

/// One value a parameter of the joint space, in its order, in internal representation.
using Point = std::vector<double>;

/// One parameter's kernels: normals cut to its range, or weights over its choices. The last kernel is the prior.
struct Kernels {
  Distribution distribution;
  double low = 0, high = 0;           ///< of the kernels' axis: widened by half a step, logarithmic with `log`
  std::vector<double> mu, sigma;      ///< numeric; by kernel
  std::vector<double> log_mass;       ///< numeric; of [low, high] under each kernel
  std::vector<std::size_t> shape_of;  ///< numeric; the first kernel that has the same mu and sigma
  std::vector<Point> weights;         ///< categorical: [kernel][choice], each row sums to 1
};

/// Optuna 5's _ParzenEstimator: a mixture whose every kernel spans all parameters.
class ParzenEstimator {
 public:
  /// `observations` by age, the oldest first; older ones weigh less beyond 25.
  ParzenEstimator(const std::vector<Distribution>& space, const std::vector<Point>& observations);

  [[nodiscard]] std::vector<Point> sample(RandomState& random, std::size_t count) const;
  /// log of the mixture's density at each point (probability for stepped and categorical parameters).
  [[nodiscard]] std::vector<double> log_density(const std::vector<Point>& points) const;

 private:
  std::vector<double> weights_;  ///< by kernel, sum 1
  std::vector<Kernels> parameters_;
};

}  // namespace pipeline::sampler::tpe
