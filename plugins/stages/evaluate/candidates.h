#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/data/intervals.h"
#include "pipeline/stage.h"
#include "split_result.h"
#include "window_forecasts.h"

namespace pipeline::stage::evaluate {

/// A model to measure.
struct Candidate {
  ModelResult result;  ///< without its splits
  std::unique_ptr<WindowForecasts> forecasts;
  std::optional<SplitResult> validation{};  ///< what ranks it; absent where it was not measured
  std::optional<Intervals> intervals{};
};

/// The trained models and then those of artifacts "forecasts", in the order of the workflow. `checkpoint`: the option of that name.
/// `quantiles`: the levels that a model of a distribution gives. Error (usage) if there is none, or if one file of weights is named for
/// several trainings.
[[nodiscard]] std::vector<Candidate> read_candidates(const StageContext& context, const std::string& checkpoint,
                                                     const std::vector<double>& quantiles);

}  // namespace pipeline::stage::evaluate
