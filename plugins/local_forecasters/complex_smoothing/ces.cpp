#include "ces.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "../forecast_parts.h"
#include "../nelder_mead.h"
#include "ces_start.h"

namespace pipeline::local::complex_smoothing {

namespace {

constexpr std::array letters{"N", "S", "P", "F"};

/// Adds the values and returns the sum of their squared errors.
double add_all(CesRecursion& state, std::span<const double> y) {
  double squares = 0;
  for (const double value : y) {
    const double error = value - state.next();
    squares += error * error;
    state.add_error(error);
  }
  return squares;
}

/// The last states once the values have been added and one season has been forecast, newest first: where a pass the other way begins.
std::vector<CesState> turned(CesRecursion state, std::span<const double> y, std::size_t season) {
  add_all(state, y);
  for (std::size_t i = 0; i < season; ++i) state.add_error(0);
  std::vector<CesState> out = state.states();
  std::ranges::reverse(out);
  return out;
}

/// A series with the states from which a pass forward and one back begin.
struct Passes {
  Season kind;
  std::span<const double> y;
  std::vector<double> reversed;
  std::vector<CesState> start;

  Passes(Season of, std::span<const double> values, std::int64_t season)
      : kind(of), y(values), reversed(values.rbegin(), values.rend()), start(starting_states(of, values, season)) {}

  /// The recursion before the first value, which a pass forward and one back have prepared.
  [[nodiscard]] CesRecursion prepared(const CesWeights& weights) const {
    const std::size_t season = start.size();
    const std::vector<CesState> back = turned(CesRecursion(kind, weights, start), y, season);
    return {kind, weights, turned(CesRecursion(kind, weights, back), reversed, season)};
  }
};

CesWeights read_weights(Season kind, std::span<const double> point) {
  return {.alpha_real = point[0],
          .alpha_imaginary = point[1],
          .beta_real = kind > Season::simple ? point[2] : 0,
          .beta_imaginary = kind == Season::full ? point[3] : 0};
}

/// Whether what a state knew is forgotten, as it must be where later values move a fitted state: the eigenvalues of the recursion at values
/// of 0 lie within the unit circle. For models without a seasonal part of their own.
bool forgets(const CesWeights& weights) {
  const auto after = [&](CesState start) {
    CesRecursion state(Season::none, weights, std::span(&start, 1));
    state.add(0);
    return state.states().front();
  };
  const CesState first = after({.level = 1}), second = after({.potential = 1});
  const double trace = first.level + second.potential, determinant = first.level * second.potential - first.potential * second.level;
  return std::abs(determinant) < 1 && std::abs(trace) < 1 + determinant;
}

/// The same for any model, by its states after many values of 0.
bool forgets(Season kind, const CesWeights& weights, std::size_t season) {
  CesRecursion state(kind, weights, std::vector<CesState>(season, {.level = 1, .potential = 1, .season = 1, .season_potential = 1}));
  for (std::size_t i = 0; i < 50 * season + 200; ++i) state.add(0);
  return std::ranges::all_of(state.states(), [](const CesState& s) {
    return std::abs(s.level) + std::abs(s.potential) + std::abs(s.season) + std::abs(s.season_potential) < 10;
  });
}

}  // namespace

std::optional<CES::Fit> CES::fit_kind(Season kind, std::span<const double> y, std::int64_t season, bool must_forget) {
  const Passes passes(kind, y, season);
  Box box{.lower = {0.01, 0.01}, .upper = {1.8, 1.9}};
  std::vector<double> first{1.3, 1};
  if (kind == Season::partial) first.push_back(0.1);
  if (kind == Season::full) first.insert(first.end(), {1.3, 1});
  box.lower.resize(first.size(), 0.01);
  box.upper.resize(first.size(), 1.5);

  const auto n = static_cast<double>(y.size());
  const auto objective = [&](std::span<const double> point) {
    const CesWeights weights = read_weights(kind, point);
    if (must_forget && kind <= Season::simple && !forgets(weights)) return std::numeric_limits<double>::infinity();
    CesRecursion state = passes.prepared(weights);
    const double out = n * std::log(add_all(state, y));
    return std::isnan(out) ? std::numeric_limits<double>::infinity() : std::max(out, -1e10);  // a perfect fit
  };
  const CesWeights weights = read_weights(kind, NelderMead(std::move(box)).minimise(objective, first));
  if (must_forget && !forgets(kind, weights, passes.start.size())) return std::nullopt;
  CesRecursion state = passes.prepared(weights);
  const double squares = add_all(state, y);
  const double estimated = kind == Season::full ? 5 : kind == Season::partial ? 4 : 3;  // with the variance
  const double left = n - estimated - 1;
  if (!std::isfinite(squares) || left <= 0) return std::nullopt;
  const double likelihood = std::max(n * std::log(squares), -1e10);
  return Fit{.kind = kind,
             .weights = weights,
             .state = std::move(state),
             .variance = squares / left,
             .criterion = likelihood + 2 * estimated + 2 * estimated * (estimated + 1) / left};
}

std::vector<Season> CES::kinds(std::size_t count, std::int64_t season) const {
  if (season == 1 || count < 2 * static_cast<std::size_t>(season)) return {Season::none};
  if (options_.model == "Z") return {Season::none, Season::simple, Season::partial, Season::full};
  return {static_cast<Season>(std::ranges::find(letters, options_.model) - letters.begin())};
}

void CES::fit(std::span<const double> y, std::int64_t season) {
  require_values("CES", y, 5);
  best_ = best_of(y, season, false);
  if (!best_) throw data_error("CES finds no model that fits this series");
  season_ = season;
  to_fit_anew_.clear();
  if (!forgets(best_->kind, best_->weights, best_->state.states().size())) to_fit_anew_.assign(y.begin(), y.end());
}

std::optional<CES::Fit> CES::best_of(std::span<const double> y, std::int64_t season, bool must_forget) const {
  std::optional<Fit> best;
  for (const Season kind : kinds(y.size(), season)) {
    std::optional<Fit> fitted = fit_kind(kind, y, season, must_forget);
    if (fitted && (!best || fitted->criterion < best->criterion)) best = std::move(fitted);
  }
  return best;
}

void CES::update(std::span<const double> y) {
  if (!to_fit_anew_.empty() && !y.empty()) {
    std::optional<Fit> steady = best_of(to_fit_anew_, season_, true);
    if (!steady) steady = fit_kind(Season::none, to_fit_anew_, 1, true);
    if (steady) best_ = std::move(steady);
    to_fit_anew_.clear();
  }
  add_all(best_->state, y);
}

LocalForecast CES::forecast(std::int64_t horizon, std::span<const double> levels) const {
  LocalForecast out;
  CesRecursion state = best_->state;
  CesRecursion response(best_->kind, best_->weights, std::vector<CesState>(state.states().size()));
  double sum = 1;  // of the squared effects of the errors so far, in units of an error's variance
  std::vector<double> deviations;
  for (std::int64_t h = 0; h < horizon; ++h) {
    out.values.push_back(state.next());
    state.add_error(0);
    deviations.push_back(std::sqrt(best_->variance * sum));
    response.add_error(h == 0 ? 1 : 0);
    sum += response.next() * response.next();
  }
  out.quantiles = normal_quantiles(out.values, deviations, levels);
  return out;
}

Value CES::parameters() const {
  Value::Map out{{"model", letters.at(static_cast<std::size_t>(best_->kind))},
                 {"alpha_real", best_->weights.alpha_real},
                 {"alpha_imaginary", best_->weights.alpha_imaginary},
                 {"variance", best_->variance}};
  if (best_->kind > Season::simple) out["beta_real"] = best_->weights.beta_real;
  if (best_->kind == Season::full) out["beta_imaginary"] = best_->weights.beta_imaginary;
  return out;
}

}  // namespace pipeline::local::complex_smoothing
