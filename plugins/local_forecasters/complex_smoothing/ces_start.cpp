#include "ces_start.h"

#include <algorithm>
#include <numeric>

#include "../seasonal_decomposition.h"

namespace pipeline::local::complex_smoothing {

namespace {

constexpr double per_potential = 1.1;  ///< a level is so many times its potential at the start

CesState of_level(double level) { return {.level = level, .potential = level / per_potential}; }

double mean(std::span<const double> y) { return std::accumulate(y.begin(), y.end(), 0.0) / static_cast<double>(y.size()); }

}  // namespace

std::vector<CesState> starting_states(Season kind, std::span<const double> y, std::int64_t season) {
  if (kind == Season::none) return {of_level(mean(y.first(std::min<std::size_t>(10, y.size()))))};
  const std::span<const double> first = y.first(static_cast<std::size_t>(season));
  std::vector<CesState> out;
  if (kind == Season::simple) {
    for (const double value : first) out.push_back(of_level(value));
    return out;
  }
  out.assign(first.size(), of_level(mean(first)));
  const std::vector<double> indices = seasonal_indices(y, season, Seasonality::additive);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].season = indices[i];
    if (kind == Season::full) out[i].season_potential = indices[i] / per_potential;
  }
  return out;
}

}  // namespace pipeline::local::complex_smoothing
