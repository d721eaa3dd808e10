#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace pipeline::local::smoothing {

enum class Part { none, additive, multiplicative };

/// A model of exponential smoothing, ETS(error, trend, season), by the classification of Hyndman et al. (2008), table 2.1. A trend is
/// additive.
struct EtsForm {
  Part error = Part::additive;
  bool trend = false, damped = false;
  Part season = Part::none;

  [[nodiscard]] std::string name() const;  ///< "ETS(M,Ad,N)"
};

/// The smoothing parameters. `beta` is that of Hyndman et al.: alpha times the weight of the new slope.
struct EtsWeights {
  double alpha = 0, beta = 0, gamma = 0;
  double phi = 1;  ///< how much of the slope is left after a step; 1: not damped
};

struct EtsState {
  double level = 0, slope = 0;
  std::vector<double> season;  ///< [season] a ring; the value of the next step is at next
  std::size_t next = 0;

  /// The seasonal value `ahead` steps after the next one.
  [[nodiscard]] double seasonal(std::size_t ahead) const { return season[(next + ahead) % season.size()]; }
};

/// The forecast of the next value. `season` is the model's, known at compile time: this is the inner loop of the search.
template <Part season>
[[nodiscard]] inline double next_value(const EtsState& state, const EtsWeights& weights) {
  const double smooth = state.level + weights.phi * state.slope;
  if constexpr (season == Part::additive) return smooth + state.season[state.next];
  if constexpr (season == Part::multiplicative) return smooth * state.season[state.next];
  return smooth;
}

/// A multiplicative season, which is 1 on average, is taken for 0 below it; so is a level, of a value that it is a part of.
inline constexpr double least_share = 1e-8;

/// The state after the value `y`: the equations of table 2.2, which are the same for additive and multiplicative errors. Without a trend,
/// slope and beta are 0. A multiplicative season near 0 tells nothing of the level, nor a level near 0 of the season.
template <Part season>
inline void advance(EtsState& state, const EtsWeights& weights, double y) {
  const double grown = weights.phi * state.slope, smooth = state.level + grown;
  double adjusted = y;
  if constexpr (season == Part::additive) adjusted = y - state.season[state.next];
  if constexpr (season == Part::multiplicative) {
    const double index = state.season[state.next];
    adjusted = std::abs(index) > least_share ? y / index : smooth;
  }
  const double level = smooth + weights.alpha * (adjusted - smooth);
  state.slope = grown + weights.beta / weights.alpha * (level - state.level - grown);
  state.level = level;
  if constexpr (season != Part::none) {
    double& index = state.season[state.next];
    const double seen = season == Part::additive ? y - smooth : std::abs(smooth) > least_share * std::abs(y) ? y / smooth : index;
    index += weights.gamma * (seen - index);
    if (++state.next == state.season.size()) state.next = 0;
  }
}

}  // namespace pipeline::local::smoothing
