#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "pipeline/search/search.h"

namespace pipeline::sampler::tpe {

/// The log densities of several points under each kernel: [point][kernel].
using Densities = std::vector<std::vector<double>>;

/// A number's kernels: normals truncated to its range. The last kernel is the prior.
class NumericKernels {
 public:
  /// `observations`: one for each kernel but the prior, in internal representation.
  NumericKernels(const Distribution& distribution, std::span<const double> observations);

  /// The value under a kernel below which a share `quantile` of its probability lies.
  [[nodiscard]] double draw(std::size_t kernel, double quantile) const;
  /// Adds the log of the density at each value (of the probability, if the parameter has steps).
  void add_log_densities(std::span<const double> values, Densities& sums) const;

 private:
  void add_shape(double mu, double sigma);
  [[nodiscard]] double axis(double x) const;
  [[nodiscard]] std::vector<double> log_probabilities(double x) const;

  Distribution distribution_;
  double low_, high_;                  ///< the range of the kernels: widened by half a step, logarithmic with `log`
  std::vector<std::size_t> shape_of_;  ///< by kernel; kernels of a parameter with steps share shapes, as they share values
  /// By shape: the normal, its bounds in units of sigma, and the logs of its width and of its mass within the bounds.
  std::vector<double> mu_, sigma_, from_, to_, log_sigma_, log_mass_;
};

/// A choice's kernels: weights over the choices. The last kernel is the prior, which weighs all alike.
class CategoricalKernels {
 public:
  CategoricalKernels(const Distribution& distribution, std::span<const double> observations);

  [[nodiscard]] double draw(std::size_t kernel, double quantile) const;
  void add_log_densities(std::span<const double> values, Densities& sums) const;

 private:
  [[nodiscard]] double weight(std::size_t kernel, std::size_t choice) const;

  std::size_t choices_;
  std::vector<std::size_t> observed_;  ///< by kernel but the prior
  double hit_, miss_, even_;           ///< weights of the observed choice, of another one, and of each under the prior
};

}  // namespace pipeline::sampler::tpe
