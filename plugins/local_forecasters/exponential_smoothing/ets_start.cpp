#include "ets_start.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "../least_squares.h"
#include "../seasonal_decomposition.h"

namespace pipeline::local::smoothing {

namespace {

constexpr double least_index = 0.01;  ///< of a multiplicative season: the series is divided by it

/// [n] the line a + b t at the times 1 to n that fits `y` best beside one wave per season.
std::vector<double> line_beside_wave(std::span<const double> y, std::size_t season) {
  const double turn = 2 * std::numbers::pi / static_cast<double>(season);
  std::vector<std::vector<double>> columns(season > 2 ? 4 : 3);  // two steps a season: the sine is 0 everywhere
  for (std::size_t t = 1; t <= y.size(); ++t) {
    const auto time = static_cast<double>(t);
    columns[0].push_back(1);
    columns[1].push_back(time);
    columns[2].push_back(std::cos(turn * time));
    if (season > 2) columns[3].push_back(std::sin(turn * time));
  }
  const std::vector<double> weights = least_squares(columns, y);
  std::vector<double> out;
  for (const double time : columns[1]) out.push_back(weights[0] + weights[1] * time);
  return out;
}

/// [n] the seasonal value of each step.
std::vector<double> seasonal_values(std::span<const double> y, std::int64_t season, Part kind) {
  const auto m = static_cast<std::size_t>(season);
  std::vector<double> out(y.begin(), y.end());
  if (y.size() < 3 * m) {
    const std::vector<double> line = line_beside_wave(y, m);
    for (std::size_t t = 0; t < y.size(); ++t) out[t] = kind == Part::additive ? y[t] - line[t] : y[t] / line[t];
    return out;
  }
  const std::vector<double> indices =
      seasonal_indices(y, season, kind == Part::additive ? Seasonality::additive : Seasonality::multiplicative);
  for (std::size_t t = 0; t < y.size(); ++t) out[t] = indices[t % m];
  return out;
}

}  // namespace

EtsState starting_state(std::span<const double> y, std::int64_t season, const EtsForm& form) {
  EtsState out;
  std::vector<double> adjusted(y.begin(), y.end());
  std::size_t m = 1;
  if (form.season != Part::none) {
    m = static_cast<std::size_t>(season);
    const std::vector<double> seasonal = seasonal_values(y, season, form.season);
    out.season.assign(seasonal.begin(), seasonal.begin() + season);
    if (form.season == Part::multiplicative)
      for (double& index : out.season) index = std::max(index, least_index);
    for (std::size_t t = 0; t < y.size(); ++t)
      adjusted[t] = form.season == Part::additive ? y[t] - seasonal[t] : y[t] / std::max(seasonal[t], least_index);
  }
  const std::span first = std::span(adjusted).first(std::min(std::max<std::size_t>(10, 2 * m), y.size()));
  if (!form.trend) {
    out.level = std::accumulate(first.begin(), first.end(), 0.0) / static_cast<double>(first.size());
    return out;
  }
  std::vector<std::vector<double>> columns{std::vector<double>(first.size(), 1), std::vector<double>(first.size())};
  std::iota(columns[1].begin(), columns[1].end(), 1.0);
  const std::vector<double> line = least_squares(columns, first);
  out.level = line[0];
  out.slope = line[1];
  if (std::abs(out.level + out.slope) < 1e-8) {  // the first forecast, by which multiplicative errors are divided
    out.level *= 1.001;
    out.slope *= 0.999;
  }
  return out;
}

}  // namespace pipeline::local::smoothing
