#pragma once

#include <vector>

#include "figures.h"
#include "pipeline/stage.h"
#include "pipeline/value.h"
#include "results.h"

namespace pipeline::stage::visualize {

/// The data of report.html besides the pictures, under the names of its template.
[[nodiscard]] Value report_view(const Results& results, const std::vector<ModelPredictions>& models,
                                const std::vector<ModelAttention>& attentions, const RunSettings& settings);

}  // namespace pipeline::stage::visualize
