#pragma once

#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/search/tier.h"

namespace pipeline {

/// NumPy's RandomState: MT19937, doubles of 53 bits. The same seed draws the same numbers as np.random.RandomState(seed).
class PIPELINE_EXPORT RandomState {
 public:
  explicit RandomState(std::uint32_t seed) : engine_(seed) {}
  explicit RandomState(std::seed_seq& seeds) : engine_(seeds) {}

  /// Uniform in [0, 1).
  [[nodiscard]] double uniform();
  [[nodiscard]] double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform in 0..maximum, as RandomState.shuffle draws its indices.
  [[nodiscard]] std::uint32_t integer(std::uint32_t maximum);
  /// `count` indices drawn with replacement by `weights` (which sum to 1), as RandomState.choice(n, size=count, p=weights).
  [[nodiscard]] std::vector<std::size_t> choose(const std::vector<double>& weights, std::size_t count);

 private:
  std::mt19937 engine_;
};

/// The samplers' random generators. Mode `keyed`: each pair of draw_index and parameter has its own generator, which depends on nothing
/// else but the seed, so an interrupted study continues as if it had not been interrupted. Mode `sequence`: one generator for the whole
/// study, as in Optuna's samplers.
class PIPELINE_EXPORT Randomness {
 public:
  enum class Mode { keyed, sequence };
  Randomness(std::int64_t seed, Mode mode);

  /// The generator for a parameter of the trial with draw_index `trial`. Empty `parameter`: for all parameters that are drawn together. The
  /// reference is valid until the next call.
  [[nodiscard]] RandomState& at(std::int64_t trial, std::string_view parameter);

 private:
  std::int64_t seed_;
  Mode mode_;
  RandomState state_;
};

}  // namespace pipeline
