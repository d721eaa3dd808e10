#include "ets_variance.h"

#include <cmath>

namespace pipeline::local::smoothing {

namespace {

/// [H] the effect of an error on the forecast 1, 2, ... steps later, without that on a multiplicative season.
std::vector<double> responses(const EtsFit& fit, std::size_t horizon) {
  std::vector<double> out;
  double slopes = 0, power = 1;  // phi + ... + phi^j
  for (std::size_t j = 1; j <= horizon; ++j) {
    power *= fit.weights.phi;
    slopes += power;
    const bool same_season = fit.form.season == Part::additive && j % fit.state.season.size() == 0;
    out.push_back(fit.weights.alpha + fit.weights.beta * slopes + (same_season ? fit.weights.gamma : 0));
  }
  return out;
}

/// [H] variances with an additive error.
std::vector<double> additive_variances(const EtsFit& fit, std::size_t horizon) {
  std::vector<double> out;
  double sum = 1;
  for (const double response : responses(fit, horizon)) {
    out.push_back(fit.variance * sum);
    sum += response * response;
  }
  return out;
}

/// [H] variances with a multiplicative error: expected squares of the forecasts, less those of their means. `means` are without a
/// multiplicative season, which an error moves by gamma of itself.
std::vector<double> multiplicative_variances(const EtsFit& fit, std::span<const double> means) {
  const std::vector<double> effects = responses(fit, means.size());
  const bool scaled = fit.form.season == Part::multiplicative;
  std::vector<double> squares, out;
  for (std::size_t h = 0; h < means.size(); ++h) {
    double sum = 0;
    for (std::size_t j = 1; j <= h; ++j) {
      double effect = effects[j - 1];
      if (scaled && j % fit.state.season.size() == 0) effect += fit.weights.gamma * means[h] / means[h - j];
      sum += effect * effect * squares[h - j];
    }
    squares.push_back(means[h] * means[h] + fit.variance * sum);
    out.push_back((1 + fit.variance) * squares[h] - means[h] * means[h]);
  }
  return out;
}

}  // namespace

std::vector<double> ets_means(const EtsFit& fit, std::int64_t horizon) {
  std::vector<double> out;
  double slopes = 0, power = 1;
  for (std::size_t h = 0; h < static_cast<std::size_t>(horizon); ++h) {
    power *= fit.weights.phi;
    slopes += power;
    double mean = fit.state.level + slopes * fit.state.slope;
    if (fit.form.season == Part::additive) mean += fit.state.seasonal(h);
    if (fit.form.season == Part::multiplicative) mean *= fit.state.seasonal(h);
    out.push_back(mean);
  }
  return out;
}

std::vector<double> ets_deviations(const EtsFit& fit, std::span<const double> means) {
  std::vector<double> scales(means.size(), 1), smooth(means.begin(), means.end());
  for (std::size_t h = 0; fit.form.season == Part::multiplicative && h < means.size(); ++h) {
    scales[h] = fit.state.seasonal(h);
    smooth[h] /= scales[h];
  }
  std::vector<double> out =
      fit.form.error == Part::additive ? additive_variances(fit, means.size()) : multiplicative_variances(fit, smooth);
  for (std::size_t h = 0; h < out.size(); ++h) out[h] = std::abs(scales[h]) * std::sqrt(out[h]);
  return out;
}

}  // namespace pipeline::local::smoothing
