#include "ets_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "../nelder_mead.h"
#include "ets_start.h"

namespace pipeline::local::smoothing {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The one-step errors of a series: the sum of their squares, and the sum of the logarithms of the forecasts' sizes.
struct Errors {
  double squares = 0, log_sizes = 0;
};

template <Part error, Part season>
Errors errors_of(std::span<const double> y, EtsState& state, EtsWeights weights) {
  Errors out;
  double product = 1;  // of sizes: one logarithm for many of them
  for (const double value : y) {
    const double forecast = next_value<season>(state, weights);
    double miss = value - forecast;
    if constexpr (error == Part::multiplicative) {
      miss /= forecast;
      product *= std::abs(forecast);
      if (product > 1e100 || product < 1e-100) {
        out.log_sizes += std::log(product);
        product = 1;
      }
    }
    out.squares += miss * miss;
    advance<season>(state, weights, value);
  }
  out.log_sizes += std::log(product);
  return out;
}

Errors errors_of(const EtsForm& form, std::span<const double> y, EtsState& state, const EtsWeights& weights) {
  constexpr Part A = Part::additive, M = Part::multiplicative, N = Part::none;
  if (form.error == A) return form.season == A ? errors_of<A, A>(y, state, weights) : errors_of<A, N>(y, state, weights);
  if (form.season == N) return errors_of<M, N>(y, state, weights);
  return form.season == A ? errors_of<M, A>(y, state, weights) : errors_of<M, M>(y, state, weights);
}

/// -2 log likelihood without its constant, Hyndman et al. (2008), chapter 5; infinity where it has no value.
double minus_two_log_likelihood(const Errors& errors, std::size_t count, Part error) {
  if (std::isnan(errors.squares)) return infinity;
  const double squares = errors.squares > 0 ? errors.squares : 1e-8;  // a perfect fit
  const double out = static_cast<double>(count) * std::log(squares) + (error == Part::multiplicative ? 2 * errors.log_sizes : 0);
  return std::isnan(out) ? infinity : out;
}

/// The largest beta: slopes change slowly. The bounds are those of statsforecast 2.1.1; with wider ones M3's forecasts get worse.
double most_beta(const EtsForm& form, std::int64_t season) {
  const bool steady = form.error == Part::additive && form.season == Part::none;
  return steady ? 0.2 : 0.2 / static_cast<double>(season);
}

/// The variables of the search: the weights that the form has, then level, slope and the seasonal values but the first, which the sum of
/// all determines.
class Variables {
 public:
  Variables(const EtsForm& form, EtsState start, std::int64_t series_season) : form_(form), start_(std::move(start)) {
    const double alpha = least + 0.2 * (most - least) / (form.season == Part::none ? 1 : static_cast<double>(start_.season.size()));
    add(alpha, least, most);
    if (form.trend) {
      const double limit = least + (most - least) * most_beta(form, series_season);
      add(least + 0.1 * (limit - least), least, limit);
    }
    if (form.season != Part::none) add(least + 0.05 * (1 - alpha - least), least, 1 - alpha);
    if (form.damped) add(0.8 + 0.99 * (0.98 - 0.8), 0.8, 0.98);
    add(start_.level, -infinity, infinity);
    if (form.trend) add(start_.slope, -infinity, infinity);
    for (std::size_t i = 1; i < start_.season.size(); ++i) add(start_.season[i], -infinity, infinity);
  }

  [[nodiscard]] const std::vector<double>& start() const { return values_; }
  [[nodiscard]] const Box& box() const { return box_; }

  /// The weights and the first state at a point of the search; false where the newest slope would weigh more than 1, and for a
  /// multiplicative season that is not positive everywhere.
  [[nodiscard]] bool read(std::span<const double> point, EtsWeights& weights, EtsState& state) const {
    std::size_t at = 0;
    weights.alpha = point[at++];
    weights.beta = form_.trend ? point[at++] : 0;
    weights.gamma = form_.season != Part::none ? point[at++] : 0;
    weights.phi = form_.damped ? point[at++] : 1;
    if (weights.beta > weights.alpha) return false;
    state.level = point[at++];
    state.slope = form_.trend ? point[at++] : 0;
    state.next = 0;
    if (form_.season == Part::none) return true;
    const std::span<const double> season = point.subspan(at);
    state.season.resize(season.size() + 1);
    std::ranges::copy(season, state.season.begin() + 1);
    const double sum = form_.season == Part::multiplicative ? static_cast<double>(state.season.size()) : 0;
    state.season.front() = sum - std::accumulate(season.begin(), season.end(), 0.0);
    return form_.season == Part::additive || std::ranges::min(state.season) >= 0;
  }

 private:
  static constexpr double least = 1e-4, most = 0.9999;

  void add(double start, double lower, double upper) {
    values_.push_back(start);
    box_.lower.push_back(lower);
    box_.upper.push_back(upper);
  }

  EtsForm form_;
  EtsState start_;
  std::vector<double> values_;
  Box box_;
};

}  // namespace

std::optional<EtsFit> fit_form(std::span<const double> y, std::int64_t season, const EtsForm& form) {
  const Variables variables(form, starting_state(y, season, form), season);
  const std::size_t n = y.size(), searched = variables.start().size(), estimated = searched + 1;  // with the variance
  if (searched + 1 >= n || n - estimated - 1 == 0) return std::nullopt;

  EtsWeights weights;
  EtsState state;
  const auto objective = [&](std::span<const double> point) {
    if (!variables.read(point, weights, state)) return infinity;
    return minus_two_log_likelihood(errors_of(form, y, state, weights), n, form.error);
  };
  const std::vector<double> best = NelderMead(variables.box()).minimise(objective, variables.start());
  if (!variables.read(best, weights, state)) return std::nullopt;
  const Errors errors = errors_of(form, y, state, weights);
  const double likelihood = minus_two_log_likelihood(errors, n, form.error);
  if (!std::isfinite(likelihood)) return std::nullopt;
  const auto k = static_cast<double>(estimated), left = static_cast<double>(n - estimated - 1);
  return EtsFit{.form = form,
                .weights = weights,
                .state = std::move(state),
                .variance = errors.squares / left,
                .criterion = likelihood + 2 * k + 2 * k * (k + 1) / left};
}

void advance_all(EtsState& state, const EtsForm& form, const EtsWeights& weights, std::span<const double> y) {
  for (const double value : y) {
    if (form.season == Part::none) advance<Part::none>(state, weights, value);
    if (form.season == Part::additive) advance<Part::additive>(state, weights, value);
    if (form.season == Part::multiplicative) advance<Part::multiplicative>(state, weights, value);
  }
}

}  // namespace pipeline::local::smoothing
