#pragma once

#include <string>
#include <vector>

#include "config/check.h"
#include "config/graph.h"

namespace pipeline {

/// Checks that levels of quantiles or intervals ascend; `what` names them.
void check_levels(CheckContext& context, const Node& levels, const std::string& what);
/// Checks a stage's option `intervals` against IntervalOptions.
void check_interval_table(CheckContext& context, const Node& table, const OptionsOwner& owner);
/// Checks that a stage ranks models by a metric that exists.
void check_ranking(CheckContext& context, const Node& rank_by, const OptionsOwner& owner);

/// Checks what depends on several stages: losses of quantiles and distributions against transform, scaler and window_norm; the windows and
/// quantiles that intervals need; options of forecasters that no list names; a stage that measures or combines, and has nothing to take.
/// Needs the resolved graph.
void check_uncertainty(CheckContext& context, const Value& split, const std::vector<GraphStage>& stages);

}  // namespace pipeline
