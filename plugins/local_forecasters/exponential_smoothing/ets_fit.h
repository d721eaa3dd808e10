#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "ets_form.h"

namespace pipeline::local::smoothing {

/// A model of exponential smoothing after its series.
struct EtsFit {
  EtsForm form;
  EtsWeights weights;
  EtsState state;        ///< after the last value
  double variance = 0;   ///< of the one-step errors; relative to the forecasts if they are multiplicative
  double criterion = 0;  ///< Akaike's criterion, corrected for the number of values
};

/// Fits one form by maximum likelihood; nothing if the series is too short for it or the search finds no value. A multiplicative error or
/// season takes positive values.
[[nodiscard]] std::optional<EtsFit> fit_form(std::span<const double> y, std::int64_t season, const EtsForm& form);
/// The state after further values.
void advance_all(EtsState& state, const EtsForm& form, const EtsWeights& weights, std::span<const double> y);

}  // namespace pipeline::local::smoothing
