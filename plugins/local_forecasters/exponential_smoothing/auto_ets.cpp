#include "auto_ets.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "../forecast_parts.h"
#include "ets_variance.h"

namespace pipeline::local::smoothing {

namespace {

std::vector<EtsForm> forms(bool positive, bool seasonal) {
  std::vector<EtsForm> out;
  for (const Part error : {Part::additive, Part::multiplicative}) {
    if (error == Part::multiplicative && !positive) continue;
    for (const auto& [trend, damped] : {std::pair(false, false), std::pair(true, true), std::pair(true, false)}) {
      for (const Part season : {Part::none, Part::additive, Part::multiplicative}) {
        if (season != Part::none && !seasonal) continue;
        if (season == Part::multiplicative && error == Part::additive) continue;  // its variance may be infinite
        out.push_back({.error = error, .trend = trend, .damped = damped, .season = season});
      }
    }
  }
  return out;
}

}  // namespace

void AutoETS::fit(std::span<const double> y, std::int64_t season) {
  require_values("AutoETS", y, 1);
  best_ = {};
  if (std::ranges::all_of(y, [&](double value) { return value == y.front(); })) {
    best_.weights.alpha = 0.9999;
    best_.state.level = y.front();
    return;
  }
  best_.criterion = std::numeric_limits<double>::infinity();
  require_values("AutoETS", y, 7);
  constexpr std::int64_t longest_season = 24;  // each of its steps is estimated; R's ets has the same limit
  const bool seasonal = season > 1 && season <= longest_season && std::ssize(y) > season;
  for (const EtsForm& form : forms(std::ranges::min(y) > 0, seasonal)) {
    std::optional<EtsFit> fitted = fit_form(y, seasonal ? season : 1, form);
    if (fitted && fitted->criterion < best_.criterion) best_ = std::move(*fitted);
  }
  if (best_.criterion == std::numeric_limits<double>::infinity()) throw data_error("AutoETS finds no form that fits this series");
}

void AutoETS::update(std::span<const double> y) { advance_all(best_.state, best_.form, best_.weights, y); }

LocalForecast AutoETS::forecast(std::int64_t horizon, std::span<const double> levels) const {
  LocalForecast out{.values = ets_means(best_, horizon), .quantiles = {}};
  if (!levels.empty()) out.quantiles = normal_quantiles(out.values, ets_deviations(best_, out.values), levels);
  return out;
}

Value AutoETS::parameters() const {
  Value::Map out{{"form", best_.form.name()}, {"criterion", best_.criterion}, {"alpha", best_.weights.alpha}, {"variance", best_.variance}};
  if (best_.form.trend) out["beta"] = best_.weights.beta;
  if (best_.form.damped) out["phi"] = best_.weights.phi;
  if (best_.form.season != Part::none) out["gamma"] = best_.weights.gamma;
  return out;
}

}  // namespace pipeline::local::smoothing
