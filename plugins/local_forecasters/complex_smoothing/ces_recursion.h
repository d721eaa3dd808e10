#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/schema.h"

namespace pipeline::local::complex_smoothing {

/// The season of a model of complex exponential smoothing: none; simple: the level of a season before; partial: additive; full: complex
/// too.
enum class Season { none, simple, partial, full };

/// Real and imaginary parts of the complex smoothing parameters.
struct CesWeights {
  double alpha_real = 1.3, alpha_imaginary = 1;
  double beta_real = 0, beta_imaginary = 0;
};

/// The state after a value; seasonal parts are 0 in models without them.
struct CesState {
  double level = 0, potential = 0;
  double season = 0, season_potential = 0;
};

/// The recursion of complex exponential smoothing.
class CesRecursion {
 public:
  /// `start` holds the states of the steps before: one without a season, else one a step of the season.
  CesRecursion(Season kind, const CesWeights& weights, std::span<const CesState> start)
      : kind_(kind), weights_(weights), states_(start.begin(), start.end()) {}

  /// The forecast of the next value.
  [[nodiscard]] double next() const;
  void add(double y) { add_error(y - next()); }
  /// The value that follows differs from its forecast by `error`.
  void add_error(double error);
  /// The last states, oldest first.
  [[nodiscard]] std::vector<CesState> states() const;

 private:
  [[nodiscard]] const CesState& season_before() const { return states_[oldest_]; }
  [[nodiscard]] const CesState& before() const { return kind_ == Season::simple ? season_before() : states_[newest_]; }

  Season kind_;
  CesWeights weights_;
  std::vector<CesState> states_;  ///< [season] a ring
  std::size_t oldest_ = 0, newest_ = states_.size() - 1;
};

}  // namespace pipeline::local::complex_smoothing
